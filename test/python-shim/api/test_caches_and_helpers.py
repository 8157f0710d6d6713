"""Caches, logging contexts, clock and helpers of asynchronous code."""


def test_cached_methods_remember_per_instance_and_arguments_and_share_one_run(run):
    script = """
from synapse.module_api import cached
from twisted.internet.defer import gatherResults
class Store:
    def __init__(self):
        self.asked = []
        api.register_cached_function(self.find)
    @cached(max_entries=2)
    async def find(self, user_id, kind="x"):
        self.asked.append(user_id)
        await api.sleep(0)
        if user_id == "bad": raise ValueError("no")
        return f"{user_id}/{kind}"
async def main():
    one, two = Store(), Store()
    together = list(await gatherResults([one.find("a"), one.find("a"), one.find(user_id="a")]))
    await one.find("a"); await two.find("a")
    shared = [list(one.asked), list(two.asked)]
    await api.invalidate_cache(one.find, ("a", "x")); await one.find("a")
    invalidated = list(one.asked)
    for _ in range(2):
        try: await one.find("bad")
        except ValueError: pass
    failures = one.asked.count("bad")
    for user in ("b", "c", "b", "d", "b"): await one.find(user)
    return [together, shared, invalidated, failures, one.asked.count("b"), len(one.find.cache)]
"""
    assert run(script).result == [["a/x"] * 3, [["a"], ["a"]], ["a", "a"], 2, 1, 2]


def test_invalidating_during_a_run_asks_again_and_num_args_makes_the_key(run):
    script = """
from synapse.module_api import cached
class Store:
    asked = 0
    @cached(num_args=1)
    async def find(self, a, b):
        self.asked += 1
        number = self.asked
        await api.sleep(0)
        return [a, b, number]
@cached()
async def alone(x): return x + 1
async def main():
    store = Store()
    first = store.find("a", 1)
    store.find.invalidate(("a",))
    second = store.find("a", 2)
    return [await first, await second, await store.find("a", 3), await alone(1)]
"""
    assert run(script).result == [["a", 1, 1], ["a", 2, 2], ["a", 2, 2], 2]


def test_deferreds_are_made_of_whatever_a_module_has(run):
    script = """
import asyncio
from synapse.logging.context import make_deferred_yieldable, run_in_background, preserve_fn
from synapse.util.async_helpers import maybe_awaitable
from twisted.internet.defer import Deferred, succeed
async def main():
    async def coroutine(x): return x
    def broken(): raise ValueError("now")
    future = asyncio.get_event_loop().create_future()
    future.get_loop().call_soon(future.set_result, "future")
    results = [await make_deferred_yieldable(value) for value in (succeed(1), 2, coroutine(3), future)]
    results += [await run_in_background(coroutine, 4), await run_in_background(lambda: 5)]
    results.append(await preserve_fn(coroutine)(6))
    try: await run_in_background(broken)
    except ValueError as error: results.append(str(error))
    async def waits_for_asyncio():
        try: await asyncio.get_running_loop().run_in_executor(None, broken)
        except ValueError: await asyncio.sleep(0.001)
        return "slept"
    results.append(await run_in_background(waits_for_asyncio))
    results.append(await maybe_awaitable(7))
    return results
"""
    assert run(script).result == [1, 2, 3, "future", 4, 5, 6, "now", "slept", 7]


def test_logging_contexts_nest_and_are_given_back(run):
    script = """
from synapse.logging.context import *
from synapse.logging.context import current_context, nested_logging_context
from synapse.util import Clock
async def main():
    seen = [bool(current_context())]
    with LoggingContext("outer"):
        await api.sleep(0)
        seen.append(str(current_context()))
        with nested_logging_context("inner"):
            seen.append(str(current_context()))
        with PreserveLoggingContext():
            seen.append(bool(current_context()))
        seen.append(str(current_context()))
    seen.append(bool(current_context()))
    return seen
"""
    assert run(script).result == [False, "outer", "outer-inner", False, "outer", False]


def test_the_clock_takes_durations_and_plain_numbers(run):
    script = """
from synapse.util.clock import Clock
from synapse.util.duration import Duration
from twisted.internet.defer import Deferred
async def main():
    clock = Clock(reactor, server_name="example.org")
    counts, done = {}, Deferred()
    def tick(name):
        counts[name] = counts.get(name, 0) + 1
        if len(counts) == 4 and not done.called: done.callback(None)
        if name == "ms" and counts[name] == 1: raise ValueError("first tick")
    loops = [clock.looping_call(tick, 1, "ms"), clock.looping_call_now(tick, Duration(milliseconds=1), "duration")]
    clock.call_later(0.001, tick, "seconds")
    clock.call_later(Duration(milliseconds=1), tick, "later", call_later_cancel_on_shutdown=False)
    clock.cancel_call_later(clock.call_later(0, tick, "never"))
    await done
    await clock.sleep(Duration(milliseconds=1))
    for loop in loops: loop.stop()
    return sorted(counts)
"""
    done = run(script)
    assert done.result == ["duration", "later", "ms", "seconds"]
    assert "A call of the clock failed" in done.log


def test_helpers_limit_gather_time_out_and_queue(run):
    script = """
from synapse.util.async_helpers import *
from synapse.util.async_helpers import (Linearizer, ObservableDeferred, concurrently_execute, delay_cancellation,
    gather_results, timeout_deferred, yieldable_gather_results)
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.error import TimeoutError as TwistedTimeout
async def main():
    running, most, order = 0, 0, []
    async def work(x):
        nonlocal running, most
        running += 1; most = max(most, running)
        await api.sleep(0.001)
        running -= 1
        return x * 2
    await concurrently_execute(work, range(6), 2)
    limited, doubled = most, await yieldable_gather_results(work, [1, 2, 3])
    try: await timeout_deferred(deferred=Deferred(), timeout=0.001, clock=api._hs.get_clock())
    except TwistedTimeout: timed_out = True
    queue = Linearizer(name="q", clock=api._hs.get_clock())
    async def visit(name):
        async with queue.queue("key"):
            order.append(name)
            await api.sleep(0)
            order.append(name)
    await yieldable_gather_results(visit, "ab")
    source = Deferred()
    shared = ObservableDeferred(source)
    observers = [shared.observe(), shared.observe()]
    source.callback(9)
    pending = Deferred()
    delayed = delay_cancellation(pending)
    outcome = []
    delayed.addErrback(lambda failure: outcome.append(failure.type.__name__))
    delayed.cancel()
    before = list(outcome)
    pending.callback(None)
    return [limited, doubled, timed_out, order, [await d for d in observers], before, outcome]
"""
    assert run(script).result == [2, [2, 4, 6], True, list("aabb"), [9, 9], [], ["CancelledError"]]
