"""The file wrapper, responders and storage providers, over real files."""

import pytest


def test_the_wrapper_hands_over_the_file_in_pieces_and_lets_others_run(run, tmp_path):
    path = tmp_path / "large"
    path.write_bytes(bytes(range(256)) * 4096 + b"rest")
    script = f"""
import hashlib, threading
from media_bridge_shim.api.media.files import make_file_wrapper
async def main():
    wrapper = make_file_wrapper({str(path)!r})
    digest, sizes, turns, on_main, seen = hashlib.sha256(), [], 0, set(), set()
    def turn():
        nonlocal turns
        turns += 1
        if not finished: reactor.callLater(0, turn)
    finished = []
    reactor.callLater(0, turn)
    def take(piece):
        digest.update(piece)
        sizes.append(len(piece))
        seen.add(turns)
        on_main.add(threading.current_thread() is threading.main_thread())
    result = await wrapper.write_chunks_to(take)
    finished.append(True)
    return [wrapper.path, result, digest.hexdigest(), max(sizes), sizes[-1], len(sizes), len(seen) >= 4, list(on_main)]
"""
    import hashlib

    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert run(script).result == [str(path), None, digest, 16384, 4, 65, True, [True]]


def test_the_wrapper_passes_on_failures_of_file_and_callback_and_closes_the_file(run, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"x" * 20000)
    script = f"""
import os
from media_bridge_shim.api.media.files import make_file_wrapper
async def main():
    messages = []
    def broken(piece): raise ValueError("stop")
    await make_file_wrapper({str(path)!r}).write_chunks_to(len)
    before = len(os.listdir("/proc/self/fd"))
    for target, callback in (({str(path)!r}, broken), ("/nowhere/file", len)):
        try: await make_file_wrapper(target).write_chunks_to(callback)
        except Exception as error: messages += [type(error).__name__, len(os.listdir("/proc/self/fd")) - before]
    return messages
"""
    assert run(script).result == ["ValueError", 0, "FileNotFoundError", 0]


def test_a_storage_provider_stores_and_fetches_through_a_responder(run, tmp_path):
    (tmp_path / "store" / "local_content").mkdir(parents=True)
    (tmp_path / "store" / "local_content" / "f").write_bytes(b"content")
    script = f"""
from synapse.media.storage_provider import FileStorageProviderBackend
from synapse.rest.media.v1._base import FileInfo, Responder
from synapse.rest.media.v1.storage_provider import StorageProvider
class Consumer:
    def __init__(self): self.data = b""
    def registerProducer(self, producer, streaming): self.streaming = streaming
    def unregisterProducer(self): self.streaming = None
    def write(self, data): self.data += data
async def main():
    hs, info = api._hs, FileInfo(None, "f")
    config = FileStorageProviderBackend.parse_config({{"directory": {str(tmp_path / "backup")!r}}})
    provider = FileStorageProviderBackend(hs, config)
    await provider.store_file("local_content/f", info)
    consumer = Consumer()
    with await provider.fetch("local_content/f", info) as responder:
        await responder.write_to_consumer(consumer)
    return [isinstance(provider, StorageProvider), isinstance(responder, Responder), consumer.data.decode(),
            responder.open_file.closed, await provider.fetch("local_content/no", info)]
"""
    result = run(script, media_store_path=str(tmp_path / "store")).result
    assert result == [True, True, "content", True, None]


IRREGULAR = """
import os, socket
from media_bridge_shim.api.media.files import make_file_wrapper
from synapse.media.storage_provider import FileStorageProviderBackend
from synapse.media._base import FileInfo
def put(what, path):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if os.path.lexists(path): os.unlink(path)
    if what == "link": os.symlink({secret!r}, path)
    elif what == "pipe": os.mkfifo(path)
    elif what == "folder": os.mkdir(path)
    else: open(path, "w").close()
async def attempt(call):
    before = len(os.listdir("/proc/self/fd"))
    try: result = await call
    except OSError as error: result = type(error).__name__
    return [result, len(os.listdir("/proc/self/fd")) - before]
async def main():
    hs, info, path = api._hs, FileInfo(None, "f"), "local_content/f"
    provider = FileStorageProviderBackend(hs, {backup!r})
    local, kept = os.path.join({store!r}, path), os.path.join({backup!r}, path)
    put({what!r}, kept)
    said = [await attempt(provider.fetch(path, info))]
    put("file", local)
    said.append(await attempt(provider.store_file(path, info)))
    os.rmdir(kept) if {what!r} == "folder" else os.unlink(kept)
    put({what!r}, local)
    said.append(await attempt(provider.store_file(path, info)))
    said.append(await attempt(make_file_wrapper(local).write_chunks_to(len)))
    return [said, os.path.lexists(kept)]
"""


@pytest.mark.parametrize("what", ["link", "pipe", "folder"])
def test_what_is_not_a_regular_file_is_neither_read_nor_written(run, tmp_path, what):
    secret = tmp_path / "secret"
    secret.write_text("not media")
    store, backup = tmp_path / "store", tmp_path / "backup"
    script = IRREGULAR.format(secret=str(secret), backup=str(backup), store=str(store), what=what)
    said, was_copied = run(script, media_store_path=str(store)).result
    assert [leak for _, leak in said] == [0, 0, 0, 0]
    assert all(isinstance(error, str) for error, _ in said), said
    assert not was_copied
    assert secret.read_text() == "not media"


def test_a_file_backup_follows_folders_that_are_symbolic_links_and_replaces_what_it_kept(run, tmp_path):
    disk, backup, store = tmp_path / "disk", tmp_path / "backup", tmp_path / "store"
    for folder in (disk, store / "local_content"):
        folder.mkdir(parents=True)
    backup.mkdir()
    (backup / "local_content").symlink_to(disk)
    (store / "local_content" / "f").write_text("new")
    (disk / "f").write_text("older and longer")
    script = f"""
from synapse.media.storage_provider import FileStorageProviderBackend
from synapse.media._base import FileInfo
async def main():
    provider, info = FileStorageProviderBackend(api._hs, {str(backup)!r}), FileInfo(None, "f")
    await provider.store_file("local_content/f", info)
    with await provider.fetch("local_content/f", info) as responder:
        return responder.open_file.read().decode()
"""
    assert run(script, media_store_path=str(store)).result == "new"
    assert (disk / "f").read_text() == "new"
