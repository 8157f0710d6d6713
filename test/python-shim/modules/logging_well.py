"""Logs and prints at every place in which a module's code runs."""

import logging
import os
import sys
import threading
import traceback

from synapse.logging.context import LoggingContext, current_context
from twisted.internet import reactor
from twisted.internet.defer import Deferred

logger = logging.getLogger("own.logger")
print("print import")


class Module:
    def __init__(self, config, api):
        self.api = api
        print("print", "init", end="", flush=True)
        print("", "continues")
        api.register_media_repository_callbacks(is_user_allowed_to_upload_media_of_size=self.talk)

    async def talk(self, user_id, size):
        logger.warning("log %s", "first")
        print("print first")
        await self.api.defer_to_thread(self.in_thread)
        waiting = Deferred()
        reactor.callLater(0.01, waiting.callback, None)
        await waiting
        logger.info("log later")
        print("print later")
        try:
            raise LookupError("caught")
        except LookupError:
            logger.exception("log failure")
            traceback.print_exc()
        self.api.run_as_background_process("work", self.work)
        os.write(1, b"raw write\n")
        thread = threading.Thread(target=print, args=("print outside",))
        thread.start()
        thread.join()
        with LoggingContext("mine", request="r-1") as context:
            assert current_context() is context
            assert str(current_context()) == "r-1"
            sys.stdout.write("no end of line")
        return True

    def in_thread(self):
        logger.info("log thread")
        print("print thread")

    async def work(self):
        logger.info("log background")
