"""A module that reads one row by its index, over and over, and tells what one read took."""

from time import perf_counter

READ = "SELECT media_length FROM local_media_repository WHERE media_id = ?"


class Reads:
    def __init__(self, config, api):
        self.api = api
        self.count = config["count"]
        api.register_media_repository_callbacks(get_media_config_for_user=self.measure)

    async def measure(self, user_id):
        def read(txn, media_id):
            txn.execute(READ, (media_id,))
            return txn.fetchone()[0]

        start = perf_counter()
        for turn in range(self.count):
            assert await self.api.run_db_interaction("read", read, f"media{turn % 1000}") == turn % 1000
        return {"micros": (perf_counter() - start) / self.count * 1e6}
