import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startAskingService, type AskingService } from "./asking-service.ts";
import { startScriptedHomeserver, type ScriptedHomeserver } from "./scripted-homeserver.ts";

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
beforeEach(() => {
  homeserver.asked.length = 0;
});

test("An id that would lead elsewhere is never sent", async () => {
  for (const body of [
    'await api.get_room_state("..")',
    'await api.account_data_manager.get_global("@alice:example.test", ".")',
    `await api.create_and_send_event_into_room({"type": "..", "room_id": "!r:example.test", "sender": "@alice:example.test", "content": {}})`,
    'await api.lookup_room_alias("#" + "a" * 5000 + ":b")',
  ]) {
    expect((await service.raised(body)).types[0]).toBe("ValueError");
  }
  expect(homeserver.asked).toEqual([]);
});

test("What JSON cannot say is refused before anything is sent", async () => {
  for (const [content, type] of [
    ['{"n": float("nan")}', "ValueError"],
    ['{"n": {1, 2}}', "TypeError"],
    ["[]", "TypeError"],
  ]) {
    const error = await service.raised(SEND.replace('"content": {}', `"content": ${content}`));
    expect(error.types[0]).toBe(type);
  }
  expect(homeserver.asked).toEqual([]);
});
