"""`interact` runs a script with one module's `api` on a database of either engine; see `engine`."""

import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "python-shim" / "compat"), str(ROOT / "python-shim")]
RUNNER = ROOT / "test" / "python-shim" / "api" / "child.py"


@pytest.fixture(scope="session")
def postgres():
    """Arguments of a real PostgreSQL of the tests' own."""
    command = ["node", str(ROOT / "scripts" / "postgres.mjs")]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    line = process.stdout.readline()
    assert line, "PostgreSQL cannot be started, see above"
    yield json.loads(line)
    process.stdin.close()
    process.wait(30)


@pytest.fixture
def sqlite(tmp_path):
    """The path of a database with a table that the service would have filled."""
    path = tmp_path / "a folder?" / "media.db"
    path.parent.mkdir()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("CREATE TABLE media (media_id TEXT UNIQUE, media_length INTEGER)")
        db.executemany("INSERT INTO media VALUES (?, ?)", [("one", 1), ("two", 2)])
    db.close()
    return path


@pytest.fixture
def databases(request, sqlite):
    """By engine: the service's setting, with the table `media` of two rows in it."""

    def find(name):
        if name == "sqlite3":
            return {"name": "sqlite3", "args": {"database": str(sqlite)}, "own": True}
        import psycopg2

        settings = request.getfixturevalue("postgres")
        connection = psycopg2.connect(**settings)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
            cursor.execute("CREATE TABLE media (media_id TEXT UNIQUE, media_length INTEGER)")
            cursor.execute("INSERT INTO media VALUES ('one', 1), ('two', 2)")
        connection.close()
        return {"name": "psycopg2", "args": {**settings, "cp_min": 2, "cp_max": 4}}

    return find


@pytest.fixture
def interact(databases):
    def start(script, engine="sqlite3", **settings):
        settings = {"database": databases(engine), **settings}
        command = [sys.executable, str(RUNNER), json.dumps(settings)]
        done = subprocess.run(command, input=script, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return SimpleNamespace(result=json.loads(done.stdout), log=done.stderr, database=settings["database"])

    return start


@pytest.fixture(params=["sqlite3", "psycopg2"])
def engine(request):
    return request.param
