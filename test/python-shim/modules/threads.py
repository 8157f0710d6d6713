"""Threads and pools of every kind, and what is to be done at the end."""

import concurrent.futures
import threading
import time

from twisted.internet import reactor
from twisted.python.threadpool import ThreadPool


class Module:
    def __init__(self, config, api):
        self.api = api
        self.stop = threading.Event()
        self.own = ThreadPool(1, 4, name="own-pool")
        self.executor = concurrent.futures.ThreadPoolExecutor(2)
        reactor.callWhenRunning(self.own.start)
        for phase in ("before", "during", "after"):
            reactor.addSystemEventTrigger(phase, "shutdown", lambda phase=phase: print("trigger", phase, flush=True))
        if config.get("ends", True):
            reactor.addSystemEventTrigger("during", "shutdown", self.end)
        api.register_media_repository_callbacks(is_user_allowed_to_upload_media_of_size=self.work)

    def end(self):
        self.stop.set()
        self.own.stop()

    async def work(self, user_id, size):
        await self.api.defer_to_thread(time.time)
        await self.api.defer_to_threadpool(self.own, time.time)
        reactor.callInThread(self.stop.wait)
        self.executor.submit(self.stop.wait)
        self.own.callInThread(self.stop.wait)
        threading.Thread(target=self.stop.wait, name="own-thread").start()
        return True
