"""The spool: what producers of every kind write to, pausing them no longer than the disk needs."""

import asyncio
import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from media_bridge_shim.api.asynchronous.awaitables import await_anything
from media_bridge_shim.providers.spool import HIGH_BYTES, Spool, SpoolFailed, WrongBody
from twisted.internet.defer import ensureDeferred

PIECE = 16 * 1024


class GatedExecutor(ThreadPoolExecutor):
    """A disk that writes when the test lets it."""

    def __init__(self):
        super().__init__(1)
        self.gate = threading.Event()
        self.gate.set()

    def submit(self, function, *args):
        def wait_and_run():
            self.gate.wait()
            return function(*args)

        return super().submit(wait_and_run)


class Push:
    def __init__(self):
        self.said = []
        self.changed = asyncio.Event()

    def pauseProducing(self):
        self.tell("pause")

    def resumeProducing(self):
        self.tell("resume")

    def stopProducing(self):
        self.tell("stop")

    def tell(self, word):
        self.said.append(word)
        self.changed.set()


class Pull:
    """Writes one piece each time it is asked, then leaves."""

    def __init__(self, spool, pieces, later=False):
        self.spool = spool
        self.pieces = pieces
        self.later = later
        self.deepest = 0
        self.is_asked = False

    def resumeProducing(self):
        assert not self.is_asked, "it is asked again before it wrote"
        self.is_asked = True
        if self.later:
            asyncio.get_running_loop().call_soon(self.write)
        else:
            self.write()

    def write(self):
        self.is_asked = False
        if not self.pieces:
            self.spool.unregisterProducer()
            return
        self.deepest = max(self.deepest, self.spool._queued_bytes)
        self.spool.write(self.pieces.pop())

    def stopProducing(self):
        self.pieces = []


def spooled(tmp_path, scenario, length, executor=None):
    """Runs `scenario(spool)` in a loop; what it answers, and the bytes of the spool."""

    async def main():
        loop = asyncio.get_running_loop()
        with executor or ThreadPoolExecutor(2) as threads:
            spool = Spool(loop, threads, str(tmp_path / "spool"), length)
            done = loop.create_future()

            async def run():
                await spool.open()
                return await scenario(spool)

            deferred = ensureDeferred(await_anything(run()))
            deferred.addCallbacks(done.set_result, lambda failure: done.set_exception(failure.value))
            try:
                return await asyncio.wait_for(done, 20)
            finally:
                spool.abandon()

    return asyncio.run(main()), (tmp_path / "spool").read_bytes()


def digest(data):
    return hashlib.sha256(data).hexdigest()


def test_a_push_producer_is_paused_while_the_disk_lags_and_resumed_when_it_has_caught_up(tmp_path):
    data = bytes(range(256)) * (3 * HIGH_BYTES // 256)
    disk = GatedExecutor()

    async def scenario(spool):
        producer = Push()
        spool.registerProducer(producer, True)
        disk.gate.clear()
        position = 0
        while "pause" not in producer.said:
            spool.write(data[position : position + PIECE])
            position += PIECE
        # It may continue for a while: nothing is lost.
        while position < 2 * HIGH_BYTES:
            spool.write(data[position : position + PIECE])
            position += PIECE
        producer.changed.clear()
        disk.gate.set()
        await producer.changed.wait()
        while position < len(data):
            spool.write(data[position : position + PIECE])
            position += PIECE
        spool.unregisterProducer()
        await spool.finish(digest(data))
        return producer.said[:2]

    said, written = spooled(tmp_path, scenario, len(data), disk)
    assert said == ["pause", "resume"]
    assert written == data


@pytest.mark.parametrize("later", [False, True])
def test_a_pull_producer_is_asked_until_it_leaves_and_never_far_ahead_of_the_disk(tmp_path, later):
    pieces = [bytes([index % 251]) * PIECE for index in range(300)]
    data = b"".join(reversed(pieces))

    async def scenario(spool):
        producer = Pull(spool, pieces, later)
        spool.registerProducer(producer, False)
        await spool.stopped
        await spool.finish(digest(data))
        return producer.deepest

    deepest, written = spooled(tmp_path, scenario, len(data))
    assert deepest <= HIGH_BYTES + PIECE
    assert written == data


def test_a_body_that_is_too_long_stops_the_producer_at_once(tmp_path):
    async def scenario(spool):
        producer = Push()
        spool.registerProducer(producer, True)
        spool.write(b"x" * 10)
        spool.write(b"y")
        spool.write(b"z" * 1000)
        await spool.stopped
        return [producer.said, type(spool.error), spool.has_producer]

    assert spooled(tmp_path, scenario, 10)[0] == [["stop"], WrongBody, False]


@pytest.mark.parametrize("sha256", ["0" * 64, None])
def test_a_body_is_compared_when_it_is_whole(tmp_path, sha256):
    async def scenario(spool):
        spool.write(b"123")
        await spool.finish(sha256)

    with pytest.raises(WrongBody, match="3 bytes, where 4 were stored"):
        spooled(tmp_path, scenario, 4)
    if sha256 is not None:
        with pytest.raises(WrongBody, match="SHA-256"):
            spooled(tmp_path, scenario, 3)


def test_a_pull_producer_that_raises_ends_it_with_its_error(tmp_path):
    class Broken:
        def resumeProducing(self):
            raise OSError("the bucket hung up")

        def stopProducing(self):
            raise RuntimeError("and cannot be stopped")

    async def scenario(spool):
        spool.registerProducer(Broken(), False)
        await spool.stopped
        return str(spool.error)

    assert spooled(tmp_path, scenario, 10)[0] == "the bucket hung up"


def test_a_second_producer_is_refused_as_twisted_does(tmp_path):
    async def scenario(spool):
        spool.registerProducer(Push(), True)
        with pytest.raises(RuntimeError):
            spool.registerProducer(Push(), True)

    spooled(tmp_path, scenario, 10)


def test_a_disk_that_cannot_be_written_is_no_providers_fault(tmp_path):
    (tmp_path / "spool").mkdir()

    async def scenario(spool):
        raise AssertionError("it was opened")

    with pytest.raises(SpoolFailed):
        spooled(tmp_path, scenario, 10)


def test_bytes_that_are_no_bytes_are_the_producers_error(tmp_path):
    async def scenario(spool):
        with pytest.raises(TypeError):
            spool.write("text")

    spooled(tmp_path, scenario, 10)
