"""Background processes, loops and delayed calls, each test in a child of its own."""


def test_background_calls_start_at_once_and_their_failures_are_logged_with_the_module(run):
    script = """
import asyncio
from twisted.internet.defer import Deferred
async def main():
    started = []
    async def work(value, key=None):
        started.append((value, key))
        await asyncio.sleep(0)
        return value
    async def broken():
        await api.sleep(0)
        raise ValueError("broken in the background")
    def broken_at_once(): raise SystemExit("left")
    process = api.run_as_background_process("work", work, 1, key=2)
    at_once = list(started)
    return [at_once, await process, await api.run_as_background_process("b", broken),
            await api.run_as_background_process("c", broken_at_once)]
"""
    done = run(script)
    assert done.result == [[[1, 2]], 1, None, None]
    assert "ERROR my.module Background process 'b' failed" in done.log
    assert "ValueError: broken in the background" in done.log
    assert "SystemExit: left" in done.log


def test_both_call_forms_of_run_as_background_process_work(run):
    script = """
from synapse.module_api import run_as_background_process as short
from synapse.metrics.background_process_metrics import run_as_background_process as long, wrap_as_background_process
async def main():
    async def work(value, key): return [value, key]
    @wrap_as_background_process("w")
    async def wrapped(): return 3
    return [await short("d", work, 1, key=2), await long("d", "example.org", work, 1, key=2),
            await long("d", work, 1, 2, bg_start_span=False), await wrapped(),
            await short(func=work, desc="d", value=1, key=2), await long("d", "example.org", func=work, value=1, key=2),
            await long(desc="d", server_name="example.org", func=work, value=1, key=2)]
"""
    assert run(script).result == [[1, 2], [1, 2], [1, 2], 3, [1, 2], [1, 2], [1, 2]]


def test_loops_go_on_after_a_failure_and_never_run_twice_at_once(run):
    script = """
from twisted.internet.defer import Deferred
async def main():
    done = Deferred()
    calls, running, most = [], 0, 0
    async def tick(word, key):
        nonlocal running, most
        running += 1
        most = max(most, running)
        calls.append([word, key])
        await api.sleep(0.01)
        running -= 1
        if len(calls) == 3 and not done.called:
            done.callback(None)
        raise ValueError("tick failed")
    def plain(): return None
    result = api.looping_background_call(tick, 1, "a", key=1, desc="ticking")
    at_once = len(calls)
    await done
    return [result, at_once, calls[:3], most]
"""
    done = run(script)
    assert done.result == [None, 0, [["a", 1]] * 3, 1]
    assert "ERROR my.module Background process 'ticking' failed" in done.log


def test_loops_are_left_to_the_instance_for_background_tasks_unless_they_are_for_all(run):
    script = """
from twisted.internet.defer import Deferred
async def main():
    calls, done = [], Deferred()
    api.looping_background_call(lambda: calls.append("once in a deployment"), 1)
    api.looping_background_call(lambda: done.called or done.callback(None), 5, run_on_all_instances=True)
    await done
    return calls
"""
    done = run(script, run_background_tasks=False)
    assert done.result == []
    assert "left to the instance that runs background tasks" in done.log


def test_delayed_calls_are_made_once_and_can_be_cancelled(run):
    script = """
from twisted.internet.defer import Deferred
async def main():
    calls, done = [], Deferred()
    api.delayed_background_call(0, calls.append, "cancelled").cancel()
    delayed = api.delayed_background_call(1, done.callback, "made", desc="d")
    active = delayed.active()
    return [active, await done, calls, delayed.active()]
"""
    assert run(script).result == [True, "made", [], False]


def test_a_check_accepts_everything_and_starts_nothing(run):
    script = """
from twisted.internet.defer import Deferred
from synapse.module_api import run_as_background_process
async def main():
    calls = []
    async def work(): calls.append("work")
    process = api.run_as_background_process("a", work)
    other = run_as_background_process("a", work)
    api.looping_background_call(work, 0, run_on_all_instances=True)
    delayed = api.delayed_background_call(0, work)
    api._hs.get_clock().looping_call_now(work, 1)
    try: await api.http_client.get_json("http://127.0.0.1:1/secret?token=1")
    except Exception as error: refused = str(error)
    await api.sleep(0)
    await api.sleep(0.001)
    active = delayed.active()
    delayed.cancel()
    return [calls, process.called, other.called, active, delayed.active(), refused]
"""
    done = run(script, dry_run=True).result
    assert done[:5] == [[], False, False, True, False]
    assert "outgoing requests are held back during a check" in done[5]
    assert "token" not in done[5]
