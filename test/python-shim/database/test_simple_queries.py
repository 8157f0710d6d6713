"""Queries without SQL, over both engines."""


def test_rows_are_written_read_and_deleted_by_their_columns(interact, engine):
    script = """
from synapse.api.errors import StoreError
async def main():
    pool = api._store.db_pool
    async def fails(waiting):
        try:
            await waiting
        except StoreError as error:
            return error.code
    said = []
    await pool.simple_insert("media", {"media_id": "three", "media_length": 3})
    await pool.simple_insert_many("media", ("media_id", "media_length"), [("four", 4), ("five", 5)], desc="many")
    said.append(await pool.simple_select_one("media", {"media_id": "four"}, ["media_length", "media_id"]))
    said.append(await pool.simple_select_one_onecol("media", {"media_id": "five"}, "media_length"))
    said.append(await pool.simple_select_one("media", {"media_id": "x"}, ["media_id"], allow_none=True))
    said.append(await fails(pool.simple_select_one("media", {"media_id": "x"}, ["media_id"])))
    said.append(await pool.simple_select_one_onecol("media", {"media_id": "x"}, "media_id", allow_none=True))
    said.append(await fails(pool.simple_select_one_onecol("media", {"media_id": "x"}, "media_id")))
    said.append(sorted(await pool.simple_select_onecol("media", None, "media_length")))
    said.append(await pool.simple_select_list("media", {"media_length": 2}, ["media_id"]))
    wanted = iter(["one", "two", "three", "x"])
    rows = await pool.simple_select_many_batch("media", "media_id", wanted, ["media_length"], batch_size=2)
    said.append(sorted(rows))
    return said
"""
    assert interact(script, engine).result == [
        [4, "four"],
        5,
        None,
        404,
        None,
        404,
        [1, 2, 3, 4, 5],
        [["two"]],
        [[1], [2], [3]],
    ]


def test_rows_are_changed_once_or_not_at_all(interact, engine):
    script = """
from synapse.api.errors import StoreError
async def main():
    pool = api._store.db_pool
    async def fails(waiting):
        try:
            await waiting
        except StoreError as error:
            return error.code
    said = []
    said.append(await pool.simple_update("media", {}, {"media_length": 7}, desc="all"))
    said.append(await fails(pool.simple_update_one("media", {"media_length": 7}, {"media_length": 8})))
    said.append(await fails(pool.simple_update_one("media", {"media_id": "x"}, {"media_length": 8})))
    await pool.simple_update_one("media", {"media_id": "one"}, {"media_length": 9})
    said.append(await pool.simple_upsert("media", {"media_id": "one"}, {"media_length": 10}))
    said.append(await pool.simple_upsert("media", {"media_id": "six"}, {}, {"media_length": 6}))
    said.append(await pool.simple_upsert("media", {"media_id": "six"}, {}, {"media_length": 66}))
    rows = await pool.simple_select_list("media", None, ["media_id", "media_length"])
    said.append(sorted(rows))
    said.append(await fails(pool.simple_delete_one("media", {"media_id": "x"})))
    await pool.simple_delete_one("media", {"media_id": "one"})
    said.append(await pool.simple_delete_many("media", "media_id", ["six", "x"], {"media_length": 6}, desc="some"))
    said.append(await pool.simple_delete_many("media", "media_id", [], {}, desc="none"))
    said.append(await pool.simple_delete("media", {"media_id": "two"}, desc="two"))
    return said
"""
    assert interact(script, engine).result == [
        2,
        500,
        404,
        True,
        True,
        False,
        [["one", 10], ["six", 6], ["two", 7]],
        404,
        1,
        0,
        1,
    ]
