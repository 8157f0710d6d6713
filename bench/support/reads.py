"""The same reads as modules/bench_database.py by a script alone: the same reactor, the same pool, nothing in between.

Measures once for each line that it reads.
"""

import asyncio
import sys
from time import perf_counter

from twisted.internet import asyncioreactor

READ = "SELECT media_length FROM local_media_repository WHERE media_id = ?"


def run(path: str, count: int) -> None:
    asyncioreactor.install(asyncio.new_event_loop())
    # Only now: importing the reactor would install another one.
    from twisted.enterprise import adbapi
    from twisted.internet import reactor, threads
    from twisted.internet.defer import ensureDeferred

    pool = adbapi.ConnectionPool("sqlite3", path, check_same_thread=False, cp_min=1, cp_max=1)

    def read(txn, media_id):
        txn.execute(READ, (media_id,))
        return txn.fetchone()[0]

    async def measure() -> None:
        while await threads.deferToThread(sys.stdin.readline):
            start = perf_counter()
            for turn in range(count):
                assert await pool.runInteraction(read, f"media{turn % 1000}") == turn % 1000
            print((perf_counter() - start) / count * 1e6, flush=True)
        reactor.stop()

    reactor.callWhenRunning(lambda: ensureDeferred(measure()))
    reactor.run()


run(sys.argv[1], int(sys.argv[2]))
