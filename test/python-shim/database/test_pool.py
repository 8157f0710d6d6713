"""The pool of connections: whose code runs in its threads, how it is reached, and when nothing of it stays."""


def test_the_logging_context_and_the_module_follow_into_the_thread_and_back(interact, engine):
    script = """
from media_bridge_shim.context.running import current_module
from synapse.logging.context import LoggingContext, current_context
async def main():
    def look(txn):
        return [str(current_context()), current_module.get()]
    with LoggingContext("request-7"):
        inside = await api.run_db_interaction("look", look)
        return [*inside, str(current_context())]
"""
    assert interact(script, engine).result == ["request-7", "my.module.Class", "request-7"]


def test_a_deferred_comes_back_and_a_cancellation_waits_for_the_commit(interact, engine):
    script = """
import threading
from twisted.internet.defer import CancelledError, Deferred
async def main():
    started, go_on = threading.Event(), threading.Event()
    told = []
    def write(txn):
        txn.execute("INSERT INTO media VALUES ('x', 1)")
        txn.call_after(told.append, "after")
        started.set()
        go_on.wait(20)
    deferred = api.run_db_interaction("write", write)
    assert isinstance(deferred, Deferred)
    await api.defer_to_thread(started.wait, 20)
    deferred.cancel()
    go_on.set()
    try:
        await deferred
    except CancelledError:
        told.append("cancelled")
    def count(txn):
        txn.execute("SELECT count(*) FROM media")
        return txn.fetchone()[0]
    return [told, await api.run_db_interaction("count", count)]
"""
    assert interact(script, engine).result == [["after", "cancelled"], 3]


def test_the_pool_can_be_reached_as_in_synapse_and_no_other_part_of_the_store(interact, engine):
    script = """
async def main():
    pool = api._store.db_pool
    def count(txn):
        txn.execute("SELECT count(*) FROM media")
        return txn.fetchone()[0]
    counted = await pool.runInteraction("count", count, db_autocommit=True, isolation_level=3)
    rows = await pool.execute("rows", "SELECT media_id FROM media WHERE media_length = ?", 2)
    def commit(connection):
        cursor = connection.cursor()
        cursor.execute("DELETE FROM media")
        connection.commit()
        return cursor.rowcount
    deleted = await pool.runWithConnection(commit)
    message = ""
    try:
        api._store.get_user_by_id("@a:b")
    except AttributeError as error:
        message = str(error)
    return [counted, rows, deleted, await pool.runInteraction("count", count), hasattr(api._store, "x"), message]
"""
    counted, rows, deleted, left, has_more, message = interact(script, engine).result
    assert [counted, rows, deleted, left, has_more] == [2, [["two"]], 2, 0, False]
    assert "ModuleApi._store.get_user_by_id is not supported" in message


def test_during_a_check_nothing_stays(interact, engine):
    script = """
async def main():
    def write(txn):
        txn.execute("INSERT INTO media VALUES ('x', 1)")
        txn.execute("CREATE TABLE mine (id INTEGER)")
        if txn.database_engine.single_threaded:
            txn.executescript("CREATE TABLE other (id INTEGER); INSERT INTO other VALUES (1); -- ; end")
        txn.execute("SELECT count(*) FROM media")
        return txn.fetchone()[0]
    def count(txn):
        txn.execute("SELECT count(*) FROM media")
        counted = txn.fetchone()[0]
        txn.execute("CREATE TABLE mine (id INTEGER)")
        return counted
    inside = await api.run_db_interaction("write", write)
    return [inside, await api.run_db_interaction("count", count),
            await api._store.db_pool.runInteraction("write", write, db_autocommit=True),
            await api.run_db_interaction("count", count)]
"""
    assert interact(script, engine, dry_run=True).result == [3, 2, 3, 2]


def test_without_a_database_the_call_says_so(interact):
    script = """
async def main():
    try:
        await api.run_db_interaction("x", print)
    except NotImplementedError as error:
        return str(error)
"""
    assert "without a database" in interact(script, database=None).result
