import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { createTemporaryFolder } from "../../storage/files/temporary-folder.ts";
import { startScriptedHomeserver } from "../../module-api/scripted-homeserver.ts";
import { FIXTURE_MODULES, startTestService } from "../../support/service.ts";

const CONFIG = "/_matrix/client/v1/media/config";
const ALICE_PATH = "/_synapse/admin/v2/users/%40alice%3Aexample.test";
const SEND =
  "PUT /_matrix/client/v3/rooms/!room%3Aexample.test/send/m.room.message/TXN?user_id=%40media%3Aexample.test";
const EVENT = `/_matrix/client/v3/rooms/!room%3Aexample.test/event/%24event?user_id=%40media%3Aexample.test`;
const ALICE = {
  name: "@alice:example.test",
  admin: false,
  deactivated: false,
  creation_ts: 1,
  user_type: "support",
  shadow_banned: false,
  threepids: [],
};
const SENT = {
  event_id: "$event",
  room_id: "!room:example.test",
  type: "m.room.message",
  sender: "@media:example.test",
  origin_server_ts: 1,
  content: {},
};
const modules = [{ typescript: join(FIXTURE_MODULES, "names.ts") }];

async function startWithHomeserver() {
  const homeserver = await startScriptedHomeserver();
  const folder = createTemporaryFolder();
  const files = Object.fromEntries(
    ["admin", "appservice"].map((who) => {
      const path = join(folder, who);
      writeFileSync(path, `token-of-the-${who}\n`, { mode: 0o600 });
      return [`${who}_token_file`, path];
    }),
  );
  const service = await startTestService({
    config: { modules, media_upload_limits: [{ max_size: 10, time_period: "1h" }] },
    mediaBridge: { tokens_file: undefined, homeserver: { url: homeserver.url, ...files }, worker_name: "media-2" },
  });
  onTestFinished(async () => {
    await service.stop();
    await homeserver.stop();
  });
  return { homeserver, service };
}

describe("A TypeScript module asks the homeserver", () => {
  test("about users, by the administrator's token, and sends events, by the application service's", async () => {
    const { homeserver, service } = await startWithHomeserver();
    homeserver.script = {
      [`GET ${ALICE_PATH}`]: [200, ALICE],
      [SEND]: [200, { event_id: "$event" }],
      [`GET ${EVENT}`]: [200, SENT],
    };
    await service.upload("x".repeat(10));
    await expect(service.upload("one more")).rejects.toThrow(/403 .*M_USER_LIMIT_EXCEEDED/);
    const { facts } = await service.log.waitFor(({ message }) => message === "told the room");
    expect(facts).toEqual({
      module: "names",
      eventId: "$event",
      request: expect.any(Number) as unknown,
      requestId: expect.stringMatching(/^[0-9a-f]{8}-\d+$/) as unknown,
    });
    const content = '{"msgtype":"m.notice","body":"@alice:example.test wanted more than 10"}';
    expect(homeserver.asked).toEqual([
      `token-of-the-admin GET ${ALICE_PATH}`,
      `token-of-the-admin GET ${ALICE_PATH}`,
      `token-of-the-appservice ${SEND} ${content}`,
      `token-of-the-appservice GET ${EVENT}`,
    ]);
    expect(service.log.text()).not.toContain("token-of-the");
  });

  test("about a user who does not exist and is told so; where the homeserver refuses, the upload is refused and the log says why", async () => {
    const { homeserver, service } = await startWithHomeserver();
    homeserver.script = { [`GET ${ALICE_PATH}`]: [404, { errcode: "M_NOT_FOUND", error: "There is none" }] };
    await expect(service.upload("x")).rejects.toThrow(/413 .*M_TOO_LARGE/);
    homeserver.script = { [`GET ${ALICE_PATH}`]: [403, { errcode: "M_FORBIDDEN", error: "You are no administrator" }] };
    await expect(service.upload("x")).rejects.toThrow(/500 .*M_UNKNOWN/);
    const { facts } = await service.log.waitFor(({ facts: { err } }) => err !== undefined);
    expect(facts).toMatchObject({ module: "names", err: { cause: { name: "HomeserverRefusal", status: 403 } } });
  });

  test("A TypeScript module is told the keys to set where no homeserver is configured", async () => {
    const service = await startTestService({ config: { modules } });
    onTestFinished(() => service.stop());
    await expect(service.upload("x")).rejects.toThrow(/500 .*M_UNKNOWN/);
    const keys = ["media_bridge.homeserver.url", "media_bridge.homeserver.admin_token_file"];
    const { facts } = await service.log.waitFor(({ facts: { err } }) => err !== undefined);
    expect(facts).toMatchObject({ module: "names", err: { cause: { name: "HomeserverNotConfigured", keys } } });
  });
});

test("A TypeScript module knows the names of server and worker, and whose an id is", async () => {
  const { service } = await startWithHomeserver();
  const answer = await service.request(CONFIG, { as: "alice" });
  expect(await answer.json()).toEqual({
    names: ["example.test", "https://example.test/", "media-2", "synapse.app.media_repository"],
    mine: [true, true, false, false, false],
    ids: ["@bob:example.test", "@bob:other.test"],
  });
});
