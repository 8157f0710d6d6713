"""Transactions of a shadow: how long they keep others from writing, whatever they do."""

import time

import pytest
from media_bridge_shim.database.time_limit import TimeLimit, TransactionTooLong

# `wait_for_lock` returns once another connection may write, and counts; with the lock held it fails after 10 s.
OTHER = {
    "sqlite3": """
def wait_for_lock():
    import sqlite3
    other = sqlite3.connect(service.database["args"]["database"], timeout=10, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("ROLLBACK")
    other.close()
    freed.append(True)
""",
    "psycopg2": """
def wait_for_lock():
    import psycopg2
    arguments = {key: value for key, value in service.database["args"].items() if not key.startswith("cp_")}
    other = psycopg2.connect(**arguments)
    with other.cursor() as cursor:
        cursor.execute("SET lock_timeout TO '10s'")
        cursor.execute("INSERT INTO media VALUES ('new', 2)")
    other.rollback()
    other.close()
    freed.append(True)
""",
}

SCRIPT = """
freed = []

async def fails(function, run=None):
    try:
        await (run or api.run_db_interaction)(*(("slow", function) if run is None else (function,)))
    except TimeoutError as error:
        return str(error)
    return "it did not fail"

def count(txn):
    txn.execute("SELECT count(*) FROM media")
    return txn.fetchone()[0]
"""

LATE = "The transaction slow took longer than 300 ms and was rolled back"


@pytest.fixture
def limited(interact):
    def start(script, engine="sqlite3"):
        return interact(OTHER[engine] + SCRIPT + script, engine, dry_run=True, max_transaction_ms=300).result

    return start


def test_a_transaction_that_has_written_and_does_nothing_is_rolled_back(limited, engine):
    script = """
async def main():
    def idle(txn):
        txn.execute("INSERT INTO media VALUES ('new', 1)")
        wait_for_lock()
        return "it went on"
    return [await fails(idle), len(freed), await api.run_db_interaction("count", count)]
"""
    assert limited(script, engine) == [LATE, 1, 2]


def test_a_transaction_that_swallows_its_end_cannot_write_again(limited, engine):
    script = """
async def main():
    said = []
    def again(txn):
        txn.execute("INSERT INTO media VALUES ('new', 1)")
        wait_for_lock()
        for _ in range(3):
            try:
                txn.execute("INSERT INTO media VALUES ('new', 1)")
            except Exception as error:
                said.append(str(error))
            wait_for_lock()
        return "it went on"
    return [await fails(again), said, len(freed), await api.run_db_interaction("count", count)]
"""
    assert limited(script, engine) == [LATE, [LATE] * 3, 4, 2]


ENDLESS = {
    "sqlite3": "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
    "psycopg2": "SELECT pg_sleep(30)",
}


def test_a_statement_without_end_is_ended(limited, engine):
    script = f"""
async def main():
    def endless(txn):
        txn.execute("INSERT INTO media VALUES ('new', 1)")
        txn.execute("{ENDLESS[engine]}")
    said = await fails(endless)
    wait_for_lock()
    return [said, await api.run_db_interaction("count", count)]
"""
    assert limited(script, engine) == [LATE, 2]


def test_a_function_that_goes_on_by_the_drivers_own_means_is_ended_again(limited):
    script = """
async def main():
    def raw(txn):
        for _ in range(3):
            try:
                txn.txn.execute("INSERT INTO media VALUES ('new', 1)")
            except Exception:
                pass
            wait_for_lock()
    return [await fails(raw), len(freed), await api.run_db_interaction("count", count)]
"""
    assert limited(script) == [LATE, 3, 2]


def test_a_statement_that_begins_when_the_time_is_over_does_not_hold_up_the_end(limited):
    # As if each interrupt came right before it.
    script = f"""
from media_bridge_shim.database.engines.sqlite_engine import Sqlite3Engine
Sqlite3Engine.end_transaction = lambda self, conn: conn.rollback()
async def main():
    def endless(txn):
        txn.txn.execute("{ENDLESS["sqlite3"]}")
    return [await fails(endless), await api.run_db_interaction("count", count)]
"""
    assert limited(script) == [LATE, 2]


def test_a_connection_that_a_function_is_handed_has_the_same_limit(limited):
    script = """
async def main():
    def idle(connection):
        cursor = connection.cursor()
        cursor.execute("INSERT INTO media VALUES ('new', 1)")
        wait_for_lock()
    pool = api._store.db_pool
    return [await fails(idle, pool.runWithConnection), len(freed), await api.run_db_interaction("count", count)]
"""
    assert limited(script) == [LATE.replace("slow", "runWithConnection"), 1, 2]


def test_a_statement_is_refused_as_soon_as_the_time_is_over(monkeypatch):
    """Also before the thread that ends the transaction has woken up, as PostgreSQL ends it by a clock of its own."""
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now)
    with pytest.raises(TransactionTooLong, match=LATE):
        with TimeLimit("slow", 0.3, lambda: None) as limit:
            limit.check()
            now += 0.3
            limit.check()
    assert limit.is_over


def test_a_limit_that_was_kept_stays_kept(monkeypatch):
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now)
    with TimeLimit("slow", 0.3, lambda: None) as limit:
        pass
    now += 1
    assert not limit.is_over


def test_a_transaction_in_time_is_what_it_is_without_a_limit(limited, engine):
    script = """
async def main():
    def both(txn):
        txn.execute("INSERT INTO media VALUES ('new', 1)")
        return count(txn)
    def odd(txn):
        raise KeyError("mine")
    try:
        await api.run_db_interaction("odd", odd)
    except KeyError as error:
        said = str(error)
    counts = [await api.run_db_interaction("both", both) for _ in range(20)]
    return [said, sorted(set(counts)), await api.run_db_interaction("count", count)]
"""
    assert limited(script, engine) == ["'mine'", [3], 2]
