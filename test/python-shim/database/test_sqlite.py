"""What is SQLite's alone."""

import os
import sqlite3


def test_connections_are_set_up_as_in_synapse_and_leave_the_log_to_the_service(interact):
    script = """
async def main():
    def look(txn):
        found = {}
        for name in ("foreign_keys", "journal_mode", "synchronous", "wal_autocheckpoint"):
            txn.execute(f"PRAGMA {name}")
            found[name] = txn.fetchone()[0]
        txn.execute("CREATE VIRTUAL TABLE found USING fts4(words)")
        txn.execute("INSERT INTO found VALUES ('one two'), ('one')")
        txn.execute("SELECT words FROM found WHERE found MATCH 'one' ORDER BY rank(matchinfo(found)), words DESC")
        return [found, txn.fetchall()]
    return await api.run_db_interaction("look", look)
"""
    settings, found = interact(script).result
    assert settings == {"foreign_keys": 1, "journal_mode": "wal", "synchronous": 1, "wal_autocheckpoint": 0}
    assert sorted(found) == [["one"], ["one two"]]


def test_a_busy_database_is_waited_for(interact, sqlite):
    script = """
import sqlite3
async def main():
    other = sqlite3.connect(PATH, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    attempts = []
    def write(txn):
        attempts.append(1)
        txn.execute("INSERT INTO media VALUES ('x', 1)")
    waiting = api.run_db_interaction("write", write)
    while not attempts:
        await api.sleep(0.01)
    await api.defer_to_thread(other.execute, "COMMIT")
    await waiting
    return len(attempts)
""".replace("PATH", repr(str(sqlite)))
    assert interact(script).result == 1
    with sqlite3.connect(sqlite) as db:
        assert db.execute("SELECT count(*) FROM media").fetchone() == (3,)


# It may be a table of the homeserver's.
MISSPELT = (
    "no such table: medai (modules work on the service's own database; "
    "if this table is in Synapse's, set media_bridge.homeserver.database to that)"
)


def test_a_database_that_stays_locked_is_tried_five_times_and_no_other_error_is(interact, sqlite):
    script = """
import sqlite3
async def main():
    other = sqlite3.connect(PATH, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    attempts, told = [], []
    def write(txn):
        attempts.append(1)
        txn.call_on_exception(told.append, len(attempts))
        txn.execute("PRAGMA busy_timeout = 1")
        txn.execute("INSERT INTO media VALUES ('x', 1)")
    def misspell(txn):
        attempts.append(2)
        txn.execute("SELECT * FROM medai")
    caught = []
    for function in (write, misspell):
        try:
            await api.run_db_interaction("patient", function)
        except sqlite3.OperationalError as error:
            caught.append(str(error))
    other.execute("COMMIT")
    await api.run_db_interaction("write", write)
    return [attempts, told, caught]
""".replace("PATH", repr(str(sqlite)))
    done = interact(script)
    assert done.result == [[1] * 5 + [2, 1], [1, 2, 3, 4, 5], ["database is locked", MISSPELT]]
    assert done.log.count("is tried again") == 4


def test_one_function_runs_at_a_time_so_that_what_it_read_holds(interact):
    script = """
from twisted.internet.defer import gatherResults
async def main():
    def count_up(txn):
        txn.execute("SELECT media_length FROM media WHERE media_id = 'one'")
        length, = txn.fetchone()
        txn.execute("UPDATE media SET media_length = ? WHERE media_id = 'one'", (length + 1,))
    await gatherResults([api.run_db_interaction("count", count_up) for _ in range(50)])
    def read(txn):
        txn.execute("SELECT media_length FROM media WHERE media_id = 'one'")
        return txn.fetchone()[0]
    return await api.run_db_interaction("read", read)
"""
    assert interact(script).result == 51


def test_scripts_run_and_commit_what_came_before(interact):
    script = """
async def main():
    def write(txn):
        txn.execute("DELETE FROM media")
        txn.executescript("CREATE TABLE a (x INTEGER); INSERT INTO a VALUES (1);")
        raise ValueError
    try:
        await api.run_db_interaction("write", write)
    except ValueError:
        return await api._store.db_pool.execute("read", "SELECT count(*) FROM media")
"""
    assert interact(script).result == [[0]]


def test_a_database_that_is_not_there_is_an_operational_error_and_is_not_made(interact, tmp_path):
    script = """
import sqlite3
async def main():
    try:
        await api.run_db_interaction("read", lambda txn: txn.execute("SELECT 1"))
    except sqlite3.OperationalError as error:
        return str(error)
"""
    path = tmp_path / "nowhere.db"
    settings = {"name": "sqlite3", "args": {"database": str(path)}}
    assert "unable to open database file" in interact(script, database=settings).result
    assert not os.path.exists(path)
