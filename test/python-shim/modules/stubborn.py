"""Callbacks that wait, do not want to be cancelled, block, or keep the process."""

import asyncio
import os
import threading
import time

from twisted.internet import reactor
from twisted.internet.defer import Deferred


class Module:
    def __init__(self, config, api):
        api.register_media_repository_callbacks(on_media_upload_limit_exceeded=getattr(self, config["do"]))

    async def forever(self, *args):
        try:
            print("waits", flush=True)
            await Deferred()
        except BaseException as error:
            print("got", type(error).__module__, flush=True)
            raise

    async def forever_in_asyncio(self, *args):
        try:
            await asyncio.get_running_loop().create_future()
        except BaseException as error:
            print("got", type(error).__module__, flush=True)
            raise

    async def swallows(self, *args):
        while True:
            try:
                await Deferred()
            except BaseException:
                print("swallowed", flush=True)

    async def blocks(self, *args):
        time.sleep(1.6)

    async def blocks_for_long(self, *args):
        print("blocks now", flush=True)
        time.sleep(60)

    async def keeps_thread(self, *args):
        threading.Thread(target=time.sleep, args=(60,)).start()
        reactor.addSystemEventTrigger("during", "shutdown", lambda: print("trigger ran", os.getpid(), flush=True))
