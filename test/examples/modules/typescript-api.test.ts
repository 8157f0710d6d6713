import { writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { startScriptedHomeserver } from "../../module-api/scripted-homeserver.ts";
import { createTemporaryFolder } from "../../storage/files/temporary-folder.ts";
import { findFreePort } from "../../support/free-port.ts";
import { startExample } from "../example-service.ts";

const BOB_PATH = "/_synapse/admin/v2/users/%40bob%3Aexample.test";
const ROOM_PATH = "/_matrix/client/v3/rooms/!moderators%3Aexample.test";
const AS_BRIDGE = "user_id=%40media-bridge%3Aexample.test";

test("A ledger of its own, work in the background and metrics: what the README says", async () => {
  const folder = createTemporaryFolder();
  const port = await findFreePort();
  const service = await startExample("typescript-api", {
    folder,
    mediaBridge: { metrics: { host: "127.0.0.1", port } },
  });
  const upload = (bytes: number) => service.upload(Buffer.alloc(bytes), "bob");
  const stored = await upload(1500);
  expect([stored.status, Object.keys((await stored.json()) as object)]).toEqual([200, ["content_uri"]]);
  const metrics = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  // Told after the client was answered.
  await expect.poll(metrics).toContain("example_upload_bytes_sum 1500");
  const ledger = () => readRows(folder, "select user_id, bytes from example_ledger");
  await expect.poll(ledger).toEqual([{ user_id: "@bob:example.test", bytes: 1500 }]);
  const over = await upload(1600);
  expect([over.status, await over.json()]).toEqual([
    413,
    { errcode: "M_TOO_LARGE", error: "Upload request body is too large" },
  ]);
  const limited = await upload(1000);
  expect([limited.status, await limited.json()]).toMatchObject([403, { errcode: "M_USER_LIMIT_EXCEEDED" }]);
  await expect.poll(metrics).toContain('example_limit_refusals_total{period_hours="1"} 1');
  expect(await service.stop()).toBe(0);
  // Noted in memory, and written at the end.
  expect(readRows(folder, "select user_id, typeof(at_ms) as type from example_last_uploads")).toEqual([
    { user_id: "@bob:example.test", type: "integer" },
  ]);
});

test("A module asks the homeserver who administers it, and tells a room who does not", async () => {
  const homeserver = await startScriptedHomeserver("@bob:example.test");
  onTestFinished(() => homeserver.stop());
  const bob = { name: "@bob:example.test", deactivated: false, shadow_banned: false, creation_ts: 1, threepids: [] };
  const sent = {
    event_id: "$sent",
    room_id: "!moderators:example.test",
    type: "m.room.message",
    sender: "@media-bridge:example.test",
    origin_server_ts: 1,
    content: {},
  };
  const send = `PUT ${ROOM_PATH}/send/m.room.message/TXN?${AS_BRIDGE}`;
  const script = (admin: boolean) => ({
    [`GET ${BOB_PATH}`]: [200, { ...bob, admin }] as const,
    [send]: [200, { event_id: "$sent" }] as const,
    [`GET ${ROOM_PATH}/event/%24sent?${AS_BRIDGE}`]: [200, sent] as const,
  });
  homeserver.script = script(false);
  const folder = createTemporaryFolder();
  const tokens = ["admin", "appservice"].map((who) => {
    writeFileSync(join(folder, `${who}.token`), `token-of-the-${who}\n`, { mode: 0o600 });
    return [`${who}_token_file`, join(folder, `${who}.token`)];
  });
  const service = await startExample("typescript-api", {
    configs: ["with-homeserver.yaml"],
    folder,
    mediaBridge: { homeserver: { url: homeserver.url, ...Object.fromEntries(tokens) } },
  });
  expect((await service.upload("small", "bob")).status).toBe(200);
  expect(homeserver.asked).toEqual([]);
  expect((await service.upload(Buffer.alloc(1_000_001), "bob")).status).toBe(413);
  const notice = '{"msgtype":"m.notice","body":"@bob:example.test tried to upload 1000001 bytes"}';
  await expect.poll(() => homeserver.asked).toContain(`token-of-the-appservice ${send} ${notice}`);
  homeserver.script = script(true);
  expect((await service.upload(Buffer.alloc(1_000_001), "bob")).status).toBe(200);
  expect(await service.stop()).toBe(0);
});

function readRows(folder: string, sql: string): unknown[] {
  const database = new Database(join(folder, "data", "media.db"), { readonly: true });
  try {
    return database.prepare(sql).all();
  } finally {
    database.close();
  }
}
