"""Declares metrics, sound ones and others."""

from prometheus_client import REGISTRY, Counter, Gauge, Histogram

files = Counter("counting_files", 'Files seen,\nby "type" \\ kind', ["kind"])
sizes = Histogram("counting_sizes", "Sizes", buckets=[10, 100])
level = Gauge("counting_level", "A level")


class Broken:
    def describe(self):
        return []

    def collect(self):
        raise LookupError("nothing to collect")


class Module:
    def __init__(self, config, api):
        if config.get("broken"):
            REGISTRY.register(Broken())
        if config.get("collides"):
            Counter(config["collides"], "Not ours")
        api.register_media_repository_callbacks(is_user_allowed_to_upload_media_of_size=self.count)

    async def count(self, user_id, size):
        files.labels('a "b"\nc\\d').inc(exemplar={"trace": "x"})
        sizes.observe(size)
        level.set(1.5)
        return True
