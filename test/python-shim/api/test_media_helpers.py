"""What media modules and storage providers import from `synapse.util` and `synapse.media`, used as they use it."""


def test_a_timeout_is_given_by_place_or_by_name_with_a_reactor_or_with_a_clock(run):
    script = """
from synapse.util.async_helpers import timeout_deferred
from twisted.internet.defer import Deferred, succeed
from twisted.internet.error import TimeoutError as TwistedTimeout
async def main():
    clock, texts = api._hs.get_clock(), []
    for arguments, names in (
        ((Deferred(), 0.001, reactor), {}),
        ((Deferred(), 0.001, clock), {}),
        ((), {"deferred": Deferred(), "timeout": 0.001, "clock": clock}),
        ((Deferred(), 0.001), {"reactor": reactor}),
    ):
        try: await timeout_deferred(*arguments, **names)
        except TwistedTimeout: texts.append("timeout")
    try: timeout_deferred(Deferred(), 1)
    except TypeError as error: texts.append(str(error))
    return [texts, await timeout_deferred(succeed(3), 30, reactor)]
"""
    timeouts, value = run(script).result
    assert timeouts == ["timeout"] * 4 + ["timeout_deferred() needs a clock or a reactor"]
    assert value == 3


def test_events_and_sleepers_take_a_reactor_in_place_of_a_clock(run):
    script = """
from synapse.util.async_helpers import AwakenableSleeper, DeferredEvent
async def main():
    event, sleeper = DeferredEvent(reactor), AwakenableSleeper(reactor)
    late = await event.wait(0.001)
    event.set()
    await sleeper.sleep("x", 1)
    return [late, await event.wait(1)]
"""
    assert run(script).result == [False, True]


def test_calls_of_a_clock_can_be_asked_moved_and_all_be_cancelled(run):
    script = """
from synapse.util.clock import Clock, DelayedCallWrapper
from synapse.util.duration import Duration
async def main():
    clock, calls = Clock(reactor, server_name="x"), []
    first = clock.call_later(Duration(milliseconds=1), calls.append, "first")
    second = clock.call_later(30, calls.append, "second")
    third = clock.call_later(30, calls.append, "third")
    third.reset(0)
    while len(calls) < 2: await clock.sleep(0.001)
    before = [isinstance(first, DelayedCallWrapper), first.active(), second.active(), sorted(calls)]
    clock.shutdown()
    return before + [second.active()]
"""
    assert run(script).result == [True, False, True, ["first", "third"], False]


def test_caches_forget_what_is_too_old_or_too_much(run):
    script = """
from synapse.util.caches.expiringcache import ExpiringCache
from synapse.util.caches.lrucache import LruCache
from synapse.util.caches.ttlcache import TTLCache
from synapse.util.duration import Duration
class Clock:
    now = 1000
    def time_msec(self): return self.now
async def main():
    clock = Clock()
    lru = LruCache(max_size=2, cache_name="x", server_name="s", clock=clock)
    lru["a"], lru["b"] = 1, 2
    lru.get("a"); lru.set("c", 3)
    kept = sorted(lru.cache)
    expiring = ExpiringCache(cache_name="x", server_name="s", hs=api._hs, clock=clock, expiry_ms=10, max_len=2)
    expiring["a"] = 1; clock.now += 6; expiring["b"] = 2; clock.now += 6
    aged = ["a" in expiring, expiring.get("b"), len(expiring), expiring.pop("z", 9)]
    expiring["c"], expiring["d"] = 3, 4
    crowded = ["b" in expiring, expiring["c"], expiring["d"]]
    times = [0.0]
    ttl = TTLCache(cache_name="x", server_name="s", timer=lambda: times[0])
    ttl.set("a", 1, 5); ttl.set("b", 2, 50)
    times[0] = 6.0
    try: ttl["a"]; gone = False
    except KeyError: gone = True
    return [kept, aged, crowded, gone, ttl.get_with_expiry("b"), ttl.get("a", None)]
"""
    assert run(script).result == [["a", "c"], [False, 2, 1, 9], [False, 3, 4], True, [2, 50.0, 50], None]


def test_callers_of_one_key_share_a_response(run):
    script = """
from synapse.util.caches.cached_call import CachedCall, RetryOnExceptionCachedCall
from synapse.util.caches.response_cache import ResponseCache
from synapse.util.async_helpers import yieldable_gather_results
from synapse.util.duration import Duration
async def main():
    runs = []
    async def work(value):
        runs.append(value); await api.sleep(0.001)
        return value * 2
    cache = ResponseCache(clock=api._hs.get_clock(), name="x", server_name="s", timeout=Duration(hours=1))
    shared = await yieldable_gather_results(lambda n: cache.wrap("key", work, n), [1, 2, 3])
    kept = [await cache.wrap("key", work, 4), cache.size(), list(runs)]
    async def fail(cache_context):
        cache_context.should_cache = True
        raise ValueError("no")
    try: await cache.wrap("other", fail, cache_context=True)
    except ValueError: kept.append(list(cache.keys()))
    tries = []
    async def flaky():
        tries.append(1)
        if len(tries) == 1: raise ValueError("first")
        return len(tries)
    retried = RetryOnExceptionCachedCall(flaky)
    try: await retried.get()
    except ValueError: pass
    return [shared, kept, [await retried.get(), await retried.get()], await CachedCall(flaky).get()]
"""
    assert run(script).result == [[2, 2, 2], [2, 1, [1], ["key"]], [2, 2], 3]


def test_a_file_is_consumed_in_the_background_and_hashed_on_its_way(run):
    script = """
import hashlib, io
from synapse.media.media_storage import SHA256TransparentIOReader, SHA256TransparentIOWriter
from synapse.util.file_consumer import BackgroundFileConsumer
from synapse.media.media_storage import FileResponder
class Full(io.BytesIO):
    def write(self, data): raise OSError("the disk is full")
async def main():
    body = bytes(range(256)) * 9000
    sink = io.BytesIO()
    writer = SHA256TransparentIOWriter(sink)
    consumer = BackgroundFileConsumer(writer.wrap(), reactor)
    await FileResponder(api._hs, io.BytesIO(body)).write_to_consumer(consumer)
    await consumer.wait()
    reader = SHA256TransparentIOReader(io.BytesIO(body))
    same = [sink.getvalue() == body, reader.read() == body, writer.hexdigest() == reader.hexdigest()]
    broken = BackgroundFileConsumer(Full(), reactor)
    broken.write(b"x")
    try: await broken.wait()
    except OSError as error: same.append(str(error))
    return same + [reader.hexdigest() == hashlib.sha256(body).hexdigest()]
"""
    assert run(script).result == [True, True, True, "the disk is full", True]


def test_tracing_and_measuring_leave_functions_and_blocks_as_they_are(run):
    script = """
from synapse.logging.opentracing import SynapseTags, log_kv, set_tag, start_active_span, tags, trace, trace_with_opname
from synapse.util.metrics import Measure, measure_func
class Provider:
    clock, server_name = None, "s"
    @trace
    @measure_func("fetch")
    async def fetch(self): return 1
    @trace_with_opname("store")
    def store(self): return 2
async def main():
    provider = Provider()
    with start_active_span("block", tags={tags.COMPONENT: "x"}) as span:
        set_tag(SynapseTags.FUNC_ARGS, "y"); log_kv({"a": 1})
    for block in (Measure(None, "old"), Measure(None, name="new", server_name="s")):
        with block: pass
    return [await provider.fetch(), provider.store(), span]
"""
    assert run(script).result == [1, 2, None]


def test_logging_contexts_are_made_by_the_forms_of_every_release(run):
    script = """
from synapse.logging.context import ContextRequest, ContextResourceUsage, LoggingContext, current_context
async def main():
    request = ContextRequest("id", "ip", "tag", None, None, "GET", "/", "1.1", "agent")
    made = []
    for context in (
        LoggingContext("old"), LoggingContext(name="new", server_name="s"), LoggingContext(),
        LoggingContext("child", parent_context=current_context()),
        LoggingContext(name="x", server_name="s", request=request),
    ):
        with context as current:
            current.add_cputime(1.0, 2.0)
            made.append([current is current_context(), context.name, context.server_name])
        assert isinstance(context.get_resource_usage(), ContextResourceUsage)
    return made
"""
    names = [["old", ""], ["new", "s"], ["", ""], ["child", ""], ["x", "s"]]
    assert run(script).result == [[True, *name] for name in names]


def test_small_helpers_answer_as_synapses(run):
    script = """
from synapse.util.hash import sha256_and_url_safe_base64
from synapse.util.iterutils import batch_iter, chunk_seq, partition, sorted_topologically
from synapse.util.json import json_encoder
from synapse.util.logcontext import make_deferred_yieldable
from synapse.util.module_loader import load_module
from synapse.util.threepids import canonicalise_email, validate_email
from synapse.config._base import ConfigError
from synapse.api.urls import MEDIA_V3_PREFIX
def refusal(provider):
    try: load_module(provider, ("a",))
    except ConfigError as error: return [error.msg, list(error.path)]
async def main():
    return [
        list(batch_iter(range(5), 2)), list(chunk_seq([1, 2, 3], 2)), partition([1, 2, 3], lambda n: n > 1),
        list(sorted_topologically([1, 2, 3], {1: [2], 2: [3]})), sha256_and_url_safe_base64("abc"),
        json_encoder.encode({"a": [1]}), canonicalise_email(" Foo@EXAMPLE.com "), validate_email("a@b"),
        load_module({"module": "json.JSONDecoder", "config": {"x": 1}}, ("a",))[1], refusal({}), MEDIA_V3_PREFIX,
    ]
"""
    assert run(script).result == [
        [[0, 1], [2, 3], [4]],
        [[1, 2], [3]],
        [[2, 3], [1]],
        [3, 2, 1],
        "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0",
        '{"a":[1]}',
        "foo@example.com",
        "a@b",
        {"x": 1},
        ["expected a string", ["a", "module"]],
        "/_matrix/media/v3",
    ]
