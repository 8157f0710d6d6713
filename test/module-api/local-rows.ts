import { expect } from "vitest";
import type { Trial } from "./row.ts";

/** Rows that work without asking the homeserver. */
export const LOCAL_ROWS: Readonly<Record<string, Trial>> = {
  check_push_rule_actions: {
    run: `
from synapse.module_api.errors import InvalidRuleException
api.check_push_rule_actions(["notify", {"set_tweak": "sound"}, "dont_notify", "coalesce"])
refused = []
for actions in (["shout"], [{"tweak": 1}], [1], "notify", None):
    try: api.check_push_rule_actions(actions)
    except InvalidRuleException as error: refused.append(str(error))
return refused`,
    returns: [
      "A push rule has no action 'shout'",
      "A push rule has no action {'tweak': 1}",
      "A push rule has no action 1",
      "The actions of a push rule are a list",
      "The actions of a push rule are a list",
    ],
  },
  custom_template_dir: { run: "return api.custom_template_dir", returns: null },
  defer_to_thread: {
    run: `
import threading
def where(word, end): return [word + end, threading.current_thread() is threading.main_thread()]
return await api.defer_to_thread(where, "a", end="b")`,
    returns: ["ab", false],
  },
  defer_to_threadpool: {
    run: `
from twisted.python.threadpool import ThreadPool
pool = ThreadPool(1, 1, name="of-the-module")
pool.start()
try:
    import threading
    return await api.defer_to_threadpool(pool, lambda: "of-the-module" in threading.current_thread().name)
finally: pool.stop()`,
    returns: true,
  },
  delayed_background_call: {
    run: `
from twisted.internet.defer import Deferred
fired = Deferred()
cancelled = []
api.delayed_background_call(60_000, cancelled.append, 1).cancel()
api.delayed_background_call(1, lambda word, more: fired.callback([word, more]), "a", desc="soon", more="b")
return [await fired, cancelled]`,
    returns: [["a", "b"], []],
  },
  get_current_time_msec: {
    run: "import time\nreturn abs(api.get_current_time_msec() - time.time() * 1000) < 5000",
    returns: true,
  },
  get_qualified_user_id: {
    run: `return [api.get_qualified_user_id("a"), api.get_qualified_user_id("@a:other")]`,
    returns: ["@a:example.test", "@a:other"],
  },
  get_user_by_req: {
    run: `
from twisted.web.test.requesthelper import DummyRequest
from synapse.module_api.errors import InvalidClientCredentialsError
request = DummyRequest([])
request.args = {}
requesters = []
for token in ("token-of-alice", None):
    request.requestHeaders.removeHeader("Authorization")
    if token: request.requestHeaders.setRawHeaders("Authorization", [f"Bearer {token}"])
    try: requesters.append((await api.get_user_by_req(request)).user.to_string())
    except InvalidClientCredentialsError as error: requesters.append([error.code, error.errcode])
return requesters`,
    returns: ["@alice:example.test", [401, "M_MISSING_TOKEN"]],
  },
  http_client: {
    run: `return await api.http_client.get_json(HOMESERVER + "/answer", {"a": "b c"})`,
    script: { "GET /answer?a=b+c": [200, { word: 1 }] },
    asked: ["anonymous GET /answer?a=b+c"],
    returns: { word: 1 },
  },
  invalidate_cache: {
    run: `
from synapse.module_api import cached
class Cached:
    calls = 0
    @cached()
    async def get(self, key):
        self.calls += 1
        return self.calls
it = Cached()
before = [await it.get("a"), await it.get("a")]
await api.invalidate_cache(it.get, ("a",))
return [before, await it.get("a")]`,
    returns: [[1, 1], 2],
  },
  is_mine: {
    run: `
from synapse.types import RoomAlias, UserID
return [api.is_mine("@a:example.test"), api.is_mine("@a:other"), api.is_mine("nonsense"),
    api.is_mine(UserID("a", "example.test")), api.is_mine(RoomAlias("a", "other"))]`,
    returns: [true, false, false, true, false],
  },
  looping_background_call: {
    run: `
from twisted.internet.defer import Deferred
third, elsewhere = Deferred(), []
async def tick(ticks):
    ticks.append(len(ticks))
    if len(ticks) == 3: third.callback(ticks[:])
    if len(ticks) > 1: raise ValueError("a tick that fails does not end the loop")
api.looping_background_call(tick, 1, [], desc="everywhere", run_on_all_instances=True)
api.looping_background_call(elsewhere.append, 1, 1)
ticks = await third
return [ticks, elsewhere]`,
    // This service runs beside a homeserver, which runs the loops of one instance.
    returns: [[0, 1, 2], []],
  },
  public_baseurl: { run: "return api.public_baseurl", returns: "https://example.test/" },
  read_templates: {
    run: `
import os, tempfile
from synapse.module_api.errors import ConfigError
with tempfile.TemporaryDirectory() as folder:
    with open(os.path.join(folder, "mail.html"), "w") as file: file.write("Hello {{ name }}")
    [template] = api.read_templates(["mail.html"], folder)
    try: api.read_templates(["other.html"], folder)
    except ConfigError as error: return [template.render(name="you"), "other.html" in str(error)]`,
    returns: ["Hello you", true],
  },
  register_cached_function: {
    run: `
from synapse.module_api import cached
class Cached:
    @cached()
    async def get(self, key): return key
return api.register_cached_function(Cached().get)`,
    returns: null,
  },
  run_as_background_process: {
    run: `
async def work(a, b): return a + b
async def fail(): raise ValueError("in the background")
return [await api.run_as_background_process("sum", work, 1, b=2), await api.run_as_background_process("fail", fail)]`,
    returns: [3, null],
  },
  run_db_interaction: {
    run: `
from twisted.internet.defer import Deferred
def read(txn, word, more):
    txn.execute("SELECT ?, %s", (word, more))
    return txn.fetchall()
asked = api.run_db_interaction("read", read, "a", more="b")
return [isinstance(asked, Deferred), await asked]`,
    returns: [true, [["a", "b"]]],
  },
  server_name: { run: "return api.server_name", returns: "example.test" },
  should_run_background_tasks: { run: "return api.should_run_background_tasks()", returns: false },
  sleep: {
    run: "before = api.get_current_time_msec()\nawait api.sleep(0.05)\nreturn api.get_current_time_msec() - before",
    returns: expect.toSatisfy((waitedMs) => typeof waitedMs === "number" && waitedMs >= 45),
  },
  worker_app: { run: "return api.worker_app", returns: "synapse.app.media_repository" },
  worker_name: { run: "return api.worker_name", returns: "media_bridge" },
  ...registrations({
    account_data: "on_account_data_updated",
    account_validity: "is_user_expired",
    add_extra_fields_to_unsigned_client_event: "add_field_to_unsigned_callback",
    background_update_controller: "on_update",
    federation: "on_event_delivered_over_federation",
    media_repository: "on_media_upload_limit_exceeded",
    password_auth_provider: "on_logged_out",
    presence_router: "get_users_for_states",
    ratelimit: "get_ratelimit_override_for_user",
    spam_checker: "user_may_invite",
    third_party_rules: "on_new_event",
  }),
  register_web_resource: {
    run: `
from twisted.web.resource import Resource
answers = [api.register_web_resource("/row", Resource())]
try: api.register_web_resource("/other-row", object())
except TypeError as error: answers.append(str(error))
return answers`,
    returns: [null, "asking.Asking: a web resource is one of twisted.web.resource, not a object"],
  },
};

/** Whatever is registered is accepted; who asks for what no keyword of Synapse's is, is told. */
function registrations(groups: Readonly<Record<string, string>>): Record<string, Trial> {
  const trials = Object.entries(groups).map(([group, callback]): [string, Trial] => {
    const method = `register_${group}_callbacks`;
    const run = `
async def callback(*args): ...
try: api.${method}(on_nothing=callback)
except TypeError as error: return [api.${method}(${callback}=callback), "on_nothing" in str(error)]`;
    return [method, { run, returns: [null, true] }];
  });
  return Object.fromEntries(trials);
}
