"""What is PostgreSQL's alone."""


def test_sessions_are_set_up_as_in_synapse(interact):
    script = """
async def main():
    def look(txn):
        found = []
        timeouts = ("statement_timeout", "idle_in_transaction_session_timeout")
        for name in ("transaction_isolation", "bytea_output", *timeouts):
            txn.execute(f"SHOW {name}")
            found.append(txn.fetchone()[0])
        return [*found, txn.database_engine.server_version.count(".")]
    return await api.run_db_interaction("look", look)
"""
    assert interact(script, "psycopg2").result == ["repeatable read", "escape", "10min", "30min", 1]


def test_serialisation_failures_are_tried_again_and_callbacks_add_up(interact):
    script = """
import threading
async def main():
    read, written = threading.Event(), threading.Event()
    attempts, told = [], []
    def count_up(txn):
        attempts.append(1)
        txn.call_after(told.append, len(attempts))
        txn.call_on_exception(told.append, "failed")
        txn.execute("SELECT media_length FROM media WHERE media_id = 'one'")
        length, = txn.fetchone()
        read.set()
        written.wait(20)
        txn.execute("UPDATE media SET media_length = ? WHERE media_id = 'one'", (length + 1,))
    waiting = api.run_db_interaction("count", count_up)
    await api.defer_to_thread(read.wait, 20)
    add = "UPDATE media SET media_length = media_length + 10 WHERE media_id = 'one'"
    await api.run_db_interaction("other", lambda txn: txn.execute(add))
    written.set()
    await waiting
    rows = await api._store.db_pool.execute("read", "SELECT media_length FROM media WHERE media_id = 'one'")
    return [len(attempts), told, rows]
"""
    assert interact(script, "psycopg2").result == [2, [1, 2], [[12]]]


def test_deadlocks_are_resolved_and_both_functions_succeed(interact):
    script = """
import threading
from twisted.internet.defer import gatherResults
async def main():
    both = threading.Barrier(2, timeout=20)
    attempts = []
    def swap(txn, first, second):
        attempts.append(first)
        txn.execute("SET LOCAL deadlock_timeout = '50ms'")
        txn.execute("UPDATE media SET media_length = media_length + 1 WHERE media_id = ?", (first,))
        if len(attempts) <= 2:
            both.wait()
        txn.execute("UPDATE media SET media_length = media_length + 1 WHERE media_id = ?", (second,))
    turns = [("one", "two"), ("two", "one")]
    await gatherResults([api.run_db_interaction("swap", swap, *turn) for turn in turns])
    rows = await api._store.db_pool.execute("read", "SELECT media_id, media_length FROM media ORDER BY media_id")
    return [len(attempts) > 2, rows]
"""
    assert interact(script, "psycopg2").result == [True, [["one", 3], ["two", 4]]]


def test_a_lost_connection_is_opened_again_within_and_between_functions(interact):
    script = """
async def main():
    def kill_all(txn):
        others = "WHERE pid <> pg_backend_pid() AND usename = current_user"
        txn.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity {others}")
    attempts = []
    def end_oneself(txn):
        attempts.append(1)
        if len(attempts) == 1:
            txn.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        txn.execute("SELECT count(*) FROM media")
        return txn.fetchone()[0]
    counted = await api.run_db_interaction("end", end_oneself)
    from twisted.internet.defer import gatherResults
    import time
    def read(txn):
        time.sleep(0.05)
        txn.execute("SELECT 1")
        return txn.fetchone()[0]
    # Every thread of the pool has a connection now; all but one are ended behind its back.
    await gatherResults([api.run_db_interaction("read", read) for _ in range(4)])
    await api.run_db_interaction("kill", kill_all)
    return [counted, len(attempts), await gatherResults([api.run_db_interaction("read", read) for _ in range(8)])]
"""
    done = interact(script, "psycopg2")
    assert done.result == [2, 2, [1] * 8]
    assert "Traceback" not in done.log


def test_functions_run_side_by_side(interact):
    script = """
import threading
from twisted.internet.defer import gatherResults
async def main():
    both = threading.Barrier(2, timeout=20)
    await gatherResults([api.run_db_interaction("meet", lambda txn: both.wait() and None) for _ in range(2)])
    return True
"""
    assert interact(script, "psycopg2").result is True


def test_operators_of_json_stay_operators(interact):
    script = """
async def main():
    def look(txn):
        found = []
        for sql, values in (
            ("SELECT '{\\"a\\": 1}'::jsonb ? 'a'", ()),
            ("SELECT '{\\"a\\": 1}'::jsonb ? %s", ("b",)),
            ("SELECT '{\\"a\\": 1}'::jsonb ?| ? AND ? = 1", (["a", "b"], 1)),
            ("SELECT '50%' LIKE '%0%' AND 7 % 4 = ?", (3,)),
            ("SELECT now() > now() - interval '%s days'", (2,)),
        ):
            txn.execute(sql, values)
            found.append(txn.fetchone()[0])
        return found
    return await api.run_db_interaction("look", look)
"""
    assert interact(script, "psycopg2").result == [True, False, True, True, True]


def test_a_server_that_is_not_there_is_an_operational_error_and_no_password_is_logged(interact, tmp_path):
    script = """
import psycopg2
async def main():
    try:
        await api.run_db_interaction("read", lambda txn: txn.execute("SELECT 1"))
    except psycopg2.OperationalError as error:
        return [str(error), repr(service)]
"""
    args = {"host": str(tmp_path), "user": "me", "password": "s3cret-word", "cp_noisy": True}
    done = interact(script, database={"name": "psycopg2", "args": args, "txn_limit": 100})
    assert "connection to server" in done.result[0]
    assert "s3cret-word" not in done.log + str(done.result)


def test_a_wrong_password_is_told_without_the_password(interact, postgres):
    script = """
import psycopg2
async def main():
    try:
        await api.run_db_interaction("read", lambda txn: txn.execute("SELECT 1"))
    except psycopg2.OperationalError as error:
        return str(error)
"""
    done = interact(script, database={"name": "psycopg2", "args": {**postgres, "password": "s3cret-word"}})
    assert "password authentication failed" in done.result
    assert "s3cret-word" not in done.log + done.result
