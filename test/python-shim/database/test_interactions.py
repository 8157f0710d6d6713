"""`run_db_interaction` on a running reactor, over SQLite and a real PostgreSQL alike."""


def test_reads_and_writes_commit_and_arguments_arrive(interact, engine):
    script = """
import threading
async def main():
    def add(txn, media_id, *, length):
        assert threading.current_thread() is not threading.main_thread()
        txn.execute("INSERT INTO media VALUES (?, %s)", (media_id, length))
        return txn.rowcount
    def read(txn):
        txn.execute("SELECT media_id, media_length FROM media ORDER BY media_length")
        columns = [column[0] for column in txn.description]
        first, second = txn.fetchone(), txn.fetchmany(1)
        return [columns, first, second, txn.fetchmany(), txn.fetchall()]
    written = await api.run_db_interaction("add", add, "three", length=3)
    assert threading.current_thread() is threading.main_thread()
    columns, first, second, third, rest = await api.run_db_interaction("read", read)
    assert type(first) is tuple and type(second[0]) is tuple
    return [written, columns, first, second, third, rest]
"""
    assert interact(script, engine).result == [
        1,
        ["media_id", "media_length"],
        ["one", 1],
        [["two", 2]],
        [["three", 3]],
        [],
    ]


def test_a_failure_takes_back_everything_and_is_the_drivers_own(interact, engine):
    script = """
async def main():
    def twice(txn):
        txn.execute("INSERT INTO media VALUES ('new', 1)")
        txn.execute("INSERT INTO media VALUES ('new', 2)")
    def odd(txn):
        txn.execute("INSERT INTO media VALUES ('odd', 1)")
        raise KeyError("mine")
    def count(txn):
        txn.execute("SELECT count(*) FROM media")
        return txn.fetchone()[0]
    caught = []
    for function in (twice, odd, lambda txn: txn.execute("SELECT * FROM nowhere"),
                     lambda txn: txn.execute("SELEC"), lambda txn: txn.execute("SELECT ?, ?", (1,))):
        try:
            await api.run_db_interaction("fails", function)
        except Exception as error:
            caught.append([type(error).__module__.split(".")[0], [base.__name__ for base in type(error).__mro__][:3]])
    return [caught, await api.run_db_interaction("count", count)]
"""
    caught, count = interact(script, engine).result
    assert count == 2
    modules, classes = zip(*caught, strict=True)
    if engine == "sqlite3":
        assert modules == ("sqlite3", "builtins", "sqlite3", "sqlite3", "sqlite3")
        assert [names[0] for names in classes] == [
            "IntegrityError",
            "KeyError",
            "OperationalError",
            "OperationalError",
            "ProgrammingError",
        ]
    else:
        assert modules == ("psycopg2", "builtins", "psycopg2", "psycopg2", "builtins")
        assert [names[:2] for names in classes] == [
            ["UniqueViolation", "IntegrityError"],
            ["KeyError", "LookupError"],
            ["UndefinedTable", "ProgrammingError"],
            ["SyntaxError", "ProgrammingError"],
            ["IndexError", "LookupError"],
        ]


def test_every_way_to_write_many_rows(interact, engine):
    script = """
from synapse.storage.engines import PostgresEngine
async def main():
    def write(txn):
        txn.executemany("INSERT INTO media VALUES (?, ?)", [("a", 10), ("b", 11)])
        txn.executemany("INSERT INTO media VALUES (%s, %s)", ((name, 12) for name in "cd"))
        txn.executemany("INSERT INTO media VALUES (%s, %s)", [])
        txn.execute_batch("INSERT INTO media VALUES (?, ?)", [("e", 13)])
        txn.execute_batch("INSERT INTO media VALUES (%(id)s, %(length)s)", [{"id": "f", "length": 14}])
        txn.execute("INSERT INTO media VALUES (%(id)s, %(length)s)", {"id": "g", "length": 15})
        values = [("h", 16), ("i", 17)]
        if isinstance(txn.database_engine, PostgresEngine):
            txn.execute_values("INSERT INTO media VALUES ?", values, fetch=False)
            return txn.execute_values("INSERT INTO media VALUES %s RETURNING media_id", [("j", 18)], template="(?, ?)")
        try:
            txn.execute_values("INSERT INTO media VALUES ?", values, fetch=False)
        except AssertionError as error:
            txn.executemany("INSERT INTO media VALUES (?, ?)", values + [("j", 18)])
            return [["j"]] if "PostgreSQL" in str(error) else None
    def read(txn):
        txn.execute("SELECT media_id FROM media WHERE media_length > %s ORDER BY media_id", [9])
        return [media_id for media_id, in txn]
    return [await api.run_db_interaction("write", write), await api.run_db_interaction("read", read)]
"""
    assert interact(script, engine).result == [[["j"]], list("abcdefghij")]


def test_engines_tell_modules_what_to_write(interact, engine):
    script = """
from synapse.module_api import LoggingTransaction
from synapse.storage.database import make_in_list_sql_clause, make_tuple_in_list_sql_clause
from synapse.storage.engines import PostgresEngine, Sqlite3Engine
async def main():
    def look(txn):
        engine = txn.database_engine
        clause, values = make_in_list_sql_clause(engine, "media_id", ["one", "three"])
        txn.execute(f"SELECT media_length FROM media WHERE {clause}", values)
        found = txn.fetchall()
        clause, values = make_in_list_sql_clause(engine, "media_id", ["one"], negative=True)
        txn.execute(f"SELECT media_length FROM media WHERE {clause}", values)
        others = txn.fetchall()
        clause, values = make_tuple_in_list_sql_clause(engine, ("media_id", "media_length"), [("one", 1), ("two", 3)])
        txn.execute(f"SELECT media_length FROM media WHERE {clause}", values)
        return [isinstance(txn, LoggingTransaction), isinstance(engine, Sqlite3Engine),
                isinstance(engine, PostgresEngine), engine.single_threaded, engine.supports_using_any_list,
                engine.supports_returning, engine.convert_param_style("a = ?"), txn.name.startswith("look-"),
                found, others, txn.fetchall()]
    return await api.run_db_interaction("look", look)
"""
    is_sqlite = engine == "sqlite3"
    assert interact(script, engine).result == [
        True,
        is_sqlite,
        not is_sqlite,
        is_sqlite,
        not is_sqlite,
        True,
        "a = ?" if is_sqlite else "a = %s",
        True,
        [[1]],
        [[2]],
        [[1]],
    ]


def test_what_is_to_be_called_afterwards_is_called_on_the_reactors_thread_in_order(interact, engine):
    script = """
import threading
async def main():
    told = []
    def tell(*words, **more):
        told.append([*words, *more.values(), threading.current_thread() is threading.main_thread()])
    async def tell_later(word):
        await api.sleep(0)
        tell(word)
    def works(txn):
        txn.call_after(tell, "after", more="words")
        txn.async_call_after(tell_later, "async")
        txn.call_on_exception(tell, "never")
    def fails(txn):
        txn.call_after(tell, "never")
        txn.async_call_after(tell_later, "never")
        txn.call_on_exception(tell, "exception")
        raise ValueError
    await api.run_db_interaction("works", works)
    try:
        await api.run_db_interaction("fails", fails)
    except ValueError:
        tell("raised")
    return told
"""
    assert interact(script, engine).result == [
        ["async", True],
        ["after", "words", True],
        ["exception", True],
        ["raised", True],
    ]


def test_what_is_called_after_sees_the_commit(interact, engine):
    script = """
async def main():
    def count(txn):
        txn.execute("SELECT count(*) FROM media")
        return txn.fetchone()[0]
    counted = []
    def write(txn):
        txn.execute("INSERT INTO media VALUES ('x', 1)")
        txn.async_call_after(look)
    async def look():
        counted.append(await api.run_db_interaction("count", count))
    await api.run_db_interaction("write", write)
    return counted
"""
    assert interact(script, engine).result == [3]


def test_the_cursor_ends_with_its_function(interact, engine):
    script = """
async def main():
    kept = []
    def keep(txn):
        txn.execute("SELECT media_id FROM media")
        kept.append(txn)
    await api.run_db_interaction("keep", keep)
    try:
        return kept[0].fetchall()
    except Exception as error:
        return type(error).__name__
"""
    assert interact(script, engine).result == ("ProgrammingError" if engine == "sqlite3" else "InterfaceError")
