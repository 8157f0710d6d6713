"""Storage providers with the surface of real ones, from test/fixtures/modules/surface."""

from pathlib import Path

import pytest

FIXTURES = Path(__file__).parents[2] / "fixtures" / "modules"

SCRIPT = """
import importlib, os, sys
sys.path.insert(0, {fixtures!r})
from synapse.media._base import FileInfo
from twisted.internet import defer

class Consumer:
    def __init__(self):
        self.data, self.producer = b"", None

    def registerProducer(self, producer, streaming):
        self.producer = producer
        if not streaming:
            while self.producer is not None:
                producer.resumeProducing()

    def unregisterProducer(self):
        self.producer = None

    def write(self, data):
        self.data += data

async def main():
    module = importlib.import_module("surface." + {module!r})
    provider_class = getattr(module, {name!r})
    os.makedirs({bucket!r})
    hs = api._hs
    provider = provider_class(hs, provider_class.parse_config({{"bucket": {bucket!r}, "folder": {bucket!r}}}))
    info = FileInfo(None, "abcdef")
    path = "local_content/ab/cd/ef"
    await defer.maybeDeferred(lambda: defer.ensureDeferred(settle(provider.store_file(path, info))))
    missing = await settle(provider.fetch("local_content/no/ne/one", info))
    found = await settle(provider.fetch(path, info))
    if found is None:
        return [missing, None]
    consumer = Consumer()
    with found:
        await settle(found.write_to_consumer(consumer))
    return [missing, consumer.data.decode()]

async def settle(value):
    return await value if hasattr(value, "__await__") else value
"""


@pytest.mark.parametrize(
    ("module", "name", "keeps"),
    [("s3_like", "Provider", True), ("simple_providers", "GcsLike", True), ("simple_providers", "Noop", False)],
)
def test_a_provider_loads_stores_and_fetches(run, tmp_path, module, name, keeps):
    local = tmp_path / "media"
    file = local / "local_content" / "ab" / "cd" / "ef"
    file.parent.mkdir(parents=True)
    file.write_text("content " * 5000)
    script = SCRIPT.format(fixtures=str(FIXTURES), module=module, name=name, bucket=str(tmp_path / "bucket"))
    script = script.replace("async def main():\n", "async def main():\n    api = globals()['api']\n")
    done = run(script, media_store_path=str(local))
    assert done.result == [None, "content " * 5000 if keeps else None]
    if module == "s3_like":
        assert "INFO surface.s3 copied 40000" in done.log
