import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NO_TOKENS, startAskingService, type AskingService } from "./asking-service.ts";
import { startScriptedHomeserver, type ScriptedHomeserver } from "./scripted-homeserver.ts";

const READ = 'await api.get_userinfo_by_id("@bob:example.test")';
const SEND = `await api.create_and_send_event_into_room(
    {"type": "m.room.message", "room_id": "!r:example.test", "sender": "@alice:example.test", "content": {}})`;

let homeserver: ScriptedHomeserver;
let service: AskingService;

beforeAll(async () => {
  homeserver = await startScriptedHomeserver();
  service = await startAskingService({ url: homeserver.url });
});
afterAll(async () => {
  await service?.stop();
  await homeserver?.stop();
});

describe("What is not configured is named at the call", () => {
  test("Without tokens: method, module and key", async () => {
    const bare = await startAskingService({ url: homeserver.url, ...NO_TOKENS });
    try {
      const read = await bare.raised(READ);
      expect(read.types).toContain("HomeserverNotConfigured");
      expect(read.message).toBe(
        "asking.Asking: ModuleApi.get_userinfo_by_id() asks the homeserver: set media_bridge.homeserver.admin_token_file",
      );
      expect((await bare.raised(SEND)).message).toContain(
        "ModuleApi.create_and_send_event_into_room() asks the homeserver: set media_bridge.homeserver.appservice_token_file",
      );
      expect(homeserver.asked).toEqual([]);
    } finally {
      await bare.stop();
    }
  });

  test("Without a homeserver: the address as well; and background tasks run here", async () => {
    const alone = await startAskingService();
    try {
      const keys = "set media_bridge.homeserver.url and media_bridge.homeserver.";
      expect((await alone.raised(READ)).message).toContain(`${keys}admin_token_file`);
      expect((await alone.raised(SEND)).message).toContain(`${keys}appservice_token_file`);
      expect((await alone.raised('await api.invalidate_access_token("x")')).message).toMatch(
        /set media_bridge\.homeserver\.url$/,
      );
      expect(await alone.run(WORKER)).toEqual([true, "media_bridge", "synapse.app.media_repository", true]);
    } finally {
      await alone.stop();
    }
  });
});

const WORKER = `
from twisted.internet.defer import Deferred
ticked = Deferred()
api.looping_background_call(lambda: ticked.called or ticked.callback(None), 1)
if api.should_run_background_tasks(): await ticked
else: await api.sleep(0.05)
return [api.should_run_background_tasks(), api.worker_name, api.worker_app, ticked.called]`;

test("Beside a homeserver loops are off, unless run_background_tasks says otherwise; the worker's name is configured", async () => {
  expect(await service.run(WORKER)).toEqual([false, "media_bridge", "synapse.app.media_repository", false]);
  const named = await startAskingService(
    { url: homeserver.url },
    { run_background_tasks: true, worker_name: "media_worker1" },
  );
  try {
    expect(await named.run(WORKER)).toEqual([true, "media_worker1", "synapse.app.media_repository", true]);
  } finally {
    await named.stop();
  }
});

test("A module that registers media callbacks and others is named: both places, and the database between them", async () => {
  await service.run(`
async def callback(*args): ...
api.register_third_party_rules_callbacks(on_create_room=callback)`);
  const line = await service.log.waitFor(({ facts }) =>
    JSON.stringify(facts["callbacks"] ?? "").includes("on_create_room"),
  );
  expect(line).toMatchObject({ level: "warn", facts: { module: "asking.Asking", callbacks: ["on_create_room"] } });
  expect(line.message).toContain("keep it in the homeserver too; the two share state through the database only");
});
