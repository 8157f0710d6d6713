"""Waiting for one another."""


def test_locks_events_and_sleepers_wake_who_waits(run):
    script = """
from synapse.module_api import run_in_background
from synapse.util import async_helpers as helpers
from twisted.internet.defer import Deferred

async def main():
    lock, log = helpers.ReadWriteLock(), []

    async def use(name, manager, until):
        async with manager:
            log.append(name)
            await until
        log.append("-" + name)

    ends = [Deferred() for _ in range(4)]
    managers = [lock.read("k"), lock.read("k"), lock.write("k"), lock.read("k")]
    users = [run_in_background(use, *each) for each in zip(("r1", "r2", "w", "r3"), managers, ends)]
    for end in ends:
        end.callback(None)
        log.append(".")
    for user in users:
        await user

    event = helpers.DeferredEvent(service_clock())
    waited = [await event.wait(0.01)]
    run_in_background(service_clock().sleep, 0.01).addCallback(lambda _: event.set())
    waited += [await event.wait(10), await event.wait(10)]

    sleeper = helpers.AwakenableSleeper(service_clock())
    sleeping = run_in_background(sleeper.sleep, "n", 60_000)
    sleeper.wake("n")
    await sleeping
    await sleeper.sleep("n", 1)

    async def give(value):
        return value

    gathered = await helpers.gather_optional_coroutines(give(1), None, give(3))
    many = await helpers.yieldable_gather_results_delaying_cancellation(give, [1, 2])
    source = Deferred()
    seen = [helpers.observe_deferred(source), helpers.observe_deferred(source)]
    source.callback(5)
    return [log, waited, gathered, many, [await each for each in seen], await helpers.DoneAwaitable(6)]

def service_clock():
    return api._hs.get_clock()
"""
    script = script.replace("async def main():", "async def main():\n    globals()['api'] = api", 1)
    log, *rest = run(script).result
    assert log == ["r1", "r2", "-r1", ".", "w", "-r2", ".", "r3", "-w", ".", "-r3", "."]
    assert rest == [[False, True, True], [1, None, 3], [1, 2], [5, 5], 6]
