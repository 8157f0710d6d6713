import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startGuardedSynapse, type GuardedSynapse } from "./support/guarded-synapse.ts";
import { startNio, type Nio, type NioClient } from "./support/nio.ts";

const PNG = readFileSync(new URL("../fixtures/pictures/red.png", import.meta.url));
/** A word that Synapse's log has for each upload that arrived. */
const LIMIT_BYTES = 200_000;

let guarded: GuardedSynapse;
let nio: Nio;
beforeAll(async () => {
  guarded = await startGuardedSynapse({
    modules: [
      { module: "doorkeeper.Doorkeeper", config: { word: "forbidden", limited: "@guard-limited:matrix.test" } },
      {
        typescript: join(import.meta.dirname, "modules", "ceiling.ts"),
        config: { user: "@guard-small:matrix.test", max_bytes: 1000 },
      },
    ],
    limits: [{ time_period: "1h", max_size: LIMIT_BYTES }],
  });
  nio = startNio();
});
afterAll(async () => {
  await nio?.stop();
  await guarded?.stop();
});

describe("In front of a real Synapse, through nginx, with a real client library", () => {
  test("an upload is accepted, recorded, and then downloaded and thumbnailed by Synapse", async () => {
    const alice = await logIn("guard-alice");
    const mxc = await alice.uploaded(PNG, { type: "image/png", filename: "red.png" });
    const answer = await alice.download(mxc);
    expect(answer).toMatchObject({ status: 200, content_type: "image/png", filename: "red.png" });
    expect(answer.bytes?.equals(PNG)).toBe(true);
    const path = `/_matrix/client/v1/media/thumbnail/${mxc.slice(6)}?width=8&height=8&method=crop`;
    const thumbnail = await guarded.request("guard-alice", path);
    expect([thumbnail.status, thumbnail.headers.get("content-type")]).toEqual([200, "image/png"]);
    expect(guarded.recorded(mxc)).toMatchObject({ user_id: "@guard-alice:matrix.test", media_length: PNG.length });
  });
});

async function logIn(username: string): Promise<NioClient> {
  await guarded.register(username);
  const client = await nio.client(guarded.url, username);
  expect(await client.login(username)).toMatchObject({ type: "LoginResponse", status: 200 });
  return client;
}
export { randomBytes };
