"""Callbacks of asyncio's kind: they ask for their task, at once or later."""

import asyncio
import contextvars

from synapse.module_api import run_in_background
from twisted.internet import reactor
from twisted.internet.defer import Deferred, inlineCallbacks

seen = contextvars.ContextVar("seen", default="nothing")


def later(seconds, value=None):
    waiting = Deferred()
    reactor.callLater(seconds, waiting.callback, value)
    return waiting


class Module:
    def __init__(self, config, api):
        self.api = api
        api.register_media_repository_callbacks(get_media_config_for_user=getattr(self, config["do"]))

    async def names_its_task(self, user_id):
        first = asyncio.current_task()
        await asyncio.sleep(0)
        second = asyncio.current_task()
        await later(0.01)
        third = asyncio.current_task()
        return {"same": first is second is third, "task": isinstance(first, asyncio.Task)}

    async def names_its_loop(self, user_id):
        task = asyncio.current_task(loop=asyncio.get_running_loop())
        return {"same": task is asyncio.current_task(), "task": isinstance(task, asyncio.Task)}

    async def asks_late(self, user_id):
        await later(0.01)
        await asyncio.sleep(0)
        first = asyncio.current_task()
        await asyncio.sleep(0.01)
        return {"same": first is asyncio.current_task()}

    async def asks_and_answers(self, user_id):
        return {"task": asyncio.current_task() is not None}

    def answers_plainly(self, user_id):
        return {"task": asyncio.current_task() is not None}

    async def times_out(self, user_id):
        try:
            await asyncio.wait_for(asyncio.get_running_loop().create_future(), 0.02)
        except asyncio.TimeoutError:
            return {"timed": "out"}

    async def times_out_on_a_deferred(self, user_id):
        heard = []
        waiting = Deferred(lambda _: heard.append("cancelled"))
        task = asyncio.current_task()
        asyncio.get_running_loop().call_later(0.02, task.cancel)
        try:
            await waiting
        except asyncio.CancelledError:
            return {"heard": heard}

    async def gathers(self, user_id):
        async def one(number):
            await asyncio.sleep(0.01 * number)
            return number

        tasks = [asyncio.ensure_future(one(number)) for number in (3, 1, 2)]
        return {"gathered": await asyncio.gather(*tasks), "task": asyncio.current_task() is not None}

    async def fails(self, user_id):
        asyncio.current_task()
        await asyncio.sleep(0)
        raise LookupError("in a task")

    async def keeps_variables(self, user_id):
        before = seen.get()
        seen.set("one")
        asyncio.current_task()
        seen.set(user_id)
        await asyncio.sleep(0)
        return {"before": before, "after": seen.get()}

    async def awaits_a_failure(self, user_id):
        asyncio.current_task()
        failing = Deferred()
        reactor.callLater(0, failing.errback, LookupError("in a Deferred"))
        try:
            await failing
        except LookupError as error:
            return {"caught": str(error)}

    async def forever(self, user_id):
        try:
            print("waits", asyncio.current_task() is not None, flush=True)
            await asyncio.get_running_loop().create_future()
        except BaseException as error:
            print("got", type(error).__module__, flush=True)
            raise

    async def in_background(self, user_id):
        async def work():
            first = asyncio.current_task()
            await asyncio.sleep(0)
            await later(0.01)
            return first is not None and first is asyncio.current_task()

        async def fail():
            asyncio.current_task()
            await asyncio.sleep(0)
            raise LookupError("in background")

        async def plain():
            await asyncio.sleep(0)
            return await later(0, "plain")

        failed = ""
        try:
            await run_in_background(fail)
        except LookupError as error:
            failed = str(error)
        process = await self.api.run_as_background_process("work", work)
        return {"work": await run_in_background(work), "process": process, "failed": failed, "plain": await plain()}

    @inlineCallbacks
    def by_generator(self, user_id):
        value = yield later(0.01, "waited")
        future = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(future.set_result, "as well")
        return {"value": value, "future": (yield Deferred.fromFuture(future))}

    def by_future(self, user_id):
        future = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_later(0.01, future.set_result, {"future": True})
        return future

    def by_task(self, user_id):
        return asyncio.get_running_loop().create_task(self.gathers(user_id))
