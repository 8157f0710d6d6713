import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { LIMIT_BYTES, startGuard, type GuardService } from "../support/guard-service.ts";
import { answers, sendJson, type Behaviour } from "../support/stub-synapse.ts";

const ALICE = "@alice:example.test";
const HOUR_MS = 3_600_000;

let folder: string;
let guard: GuardService;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "media-bridge-usage-"));
  writeFileSync(join(folder, "admin-token"), "token-of-admin\n", { mode: 0o600 });
  guard = await startGuard({ folder, asAdministrator: true });
});
afterEach(async () => {
  await guard.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Questions about a user's media. */
function readings(): string[] {
  return guard.synapse.requests.filter(({ url }) => url.includes("/users/%40")).map(({ url }) => url);
}

/** Restarts the service on what it left. */
async function restart(): Promise<void> {
  await guard.service.stop();
  const { synapse } = guard;
  guard = await startGuard({ folder, asAdministrator: true, synapse });
}

describe("What a user uploaded before our time", () => {
  test("is read from Synapse when it is first needed, within the period and no further, and counts", async () => {
    guard.synapse.store(ALICE, 600_000, Date.now() - HOUR_MS / 2);
    guard.synapse.store(ALICE, 900_000, Date.now() - 2 * HOUR_MS);
    guard.synapse.store("@bob:example.test", 900_000);
    expect((await guard.upload(Buffer.alloc(400_001))).status).toBe(403);
    expect((await guard.upload(Buffer.alloc(400_000))).status).toBe(200);
    expect((await guard.upload("x")).status).toBe(403);
    expect(readings()).toHaveLength(1);
    expect(guard.synapse.requests.find(({ url }) => url.includes("/users/"))?.headers.authorization).toBe(
      "Bearer token-of-admin",
    );
  });

  test("is read page by page, however much it is, and only as far back as needed", async () => {
    for (let index = 0; index < 1200; index += 1) guard.synapse.store(ALICE, 100, Date.now() - index);
    for (let index = 0; index < 1200; index += 1) guard.synapse.store(ALICE, 100, Date.now() - 2 * HOUR_MS);
    expect((await guard.upload(Buffer.alloc(LIMIT_BYTES - 120_000))).status).toBe(200);
    expect((await guard.upload("x")).status).toBe(403);
    expect(readings()).toHaveLength(3);
  });

  test("is read once for uploads that come at the same time, and none of them is counted twice", async () => {
    guard.synapse.store(ALICE, 100_000);
    const statuses = await Promise.all(
      Array.from({ length: 12 }, async () => (await guard.upload(Buffer.alloc(100_000))).status),
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(9);
    expect(readings()).toHaveLength(1);
  });

  test("is known after a restart too", async () => {
    guard.synapse.store(ALICE, 600_000);
    expect((await guard.upload("x")).status).toBe(200);
    await restart();
    expect((await guard.upload(Buffer.alloc(399_999))).status).toBe(200);
    expect((await guard.upload("x")).status).toBe(403);
    expect(readings()).toHaveLength(1);
  });

  test.each<[string, Behaviour]>([
    ["an error", answers(500, { errcode: "M_UNKNOWN" })],
    ["a refusal", answers(403, { errcode: "M_FORBIDDEN", error: "You are not a server admin" })],
    ["HTML", (req, res) => void req.on("end", () => res.end("<html>")).resume()],
    ["another shape", answers(200, { media: [{ media_id: 1 }] })],
    ["nothing", (req) => void req.socket.destroy()],
  ])(
    "is not guessed where Synapse answers %s: 503, and Synapse never hears of the upload",
    async (_what, behaviour) => {
      guard.synapse.behave = (req, res, seen) =>
        (seen.url.includes("_synapse/admin") ? behaviour : guard.synapse.likeSynapse.bind(guard.synapse))(
          req,
          res,
          seen,
        );
      const refused = await guard.upload("x");
      expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "5"]);
      expect(guard.synapse.uploads).toEqual([]);
      guard.synapse.behave = guard.synapse.likeSynapse.bind(guard.synapse);
      expect((await guard.upload("x")).status).toBe(200);
    },
  );
});

describe("An upload whose end the service did not see", () => {
  test("counts, and counts once, where Synapse has stored it", async () => {
    guard.synapse.behave = (req, res, seen) => {
      if (seen.method !== "POST") return guard.synapse.likeSynapse(req, res, seen);
      req.once("end", () => {
        guard.synapse.store(ALICE, seen.body.length);
        req.socket.destroy();
      });
    };
    expect((await guard.upload(Buffer.alloc(600_000))).status).toBe(502);
    guard.synapse.behave = guard.synapse.likeSynapse.bind(guard.synapse);
    expect((await guard.upload(Buffer.alloc(400_001))).status).toBe(403);
    expect((await guard.upload(Buffer.alloc(400_000))).status).toBe(200);
    expect((await guard.upload("x")).status).toBe(403);
  });

  test("does not count where Synapse has not", async () => {
    guard.synapse.behave = (req, res, seen) =>
      seen.method === "POST"
        ? void req.once("end", () => sendJson(res, 500, {}))
        : guard.synapse.likeSynapse(req, res, seen);
    expect((await guard.upload(Buffer.alloc(LIMIT_BYTES))).status).toBe(500);
    guard.synapse.behave = guard.synapse.likeSynapse.bind(guard.synapse);
    expect((await guard.upload(Buffer.alloc(LIMIT_BYTES))).status).toBe(200);
  });

  test("is looked for again as long as Synapse may still be at it", async () => {
    guard.synapse.behave = (req, res, seen) =>
      seen.method === "POST"
        ? void req.once("end", () => req.socket.destroy())
        : guard.synapse.likeSynapse(req, res, seen);
    expect((await guard.upload(Buffer.alloc(600_000))).status).toBe(502);
    guard.synapse.behave = guard.synapse.likeSynapse.bind(guard.synapse);
    expect((await guard.upload("x")).status).toBe(200);
    // Synapse is done with it only now.
    guard.synapse.store(ALICE, 600_000);
    expect((await guard.upload(Buffer.alloc(400_000))).status).toBe(403);
  });
});

test("Without access of an administrator's a warning at start says what counts, and Synapse is not asked", async () => {
  const other = await startGuard();
  expect(other.service.log.text()).toContain("media_bridge.homeserver.admin_token_file");
  other.synapse.store(ALICE, LIMIT_BYTES);
  expect((await other.upload("x")).status).toBe(200);
  expect(other.synapse.requests).toHaveLength(1);
  await other.stop();
});

test("Who has no limits is not read", async () => {
  await guard.stop();
  guard = await startGuard({ folder, asAdministrator: true, config: { media_upload_limits: [] } });
  expect((await guard.upload("x")).status).toBe(200);
  expect(readings()).toEqual([]);
});

test("Synapse's database is asked where it is configured, and counts what the administrator's API would", async () => {
  await guard.stop();
  const path = join(folder, "homeserver.db");
  const database = new Database(path);
  database.exec(
    "create table local_media_repository (media_id text unique, media_length integer, created_ts bigint, user_id text)",
  );
  const insert = database.prepare("insert into local_media_repository values (?, ?, ?, ?)");
  // More than a page, many of them of one moment.
  const nowTs = Date.now();
  // In one transaction: each by itself would be flushed to disk.
  database.exec("begin");
  for (let index = 0; index < 2300; index += 1) insert.run(`media${index}`, 100, nowTs - (index % 2), ALICE);
  insert.run("older", 1000, nowTs - 2 * HOUR_MS, ALICE);
  insert.run("empty", null, nowTs, ALICE);
  insert.run("of-bob", 1000, nowTs, "@bob:example.test");
  database.exec("commit");
  database.close();
  guard = await startGuard({ folder, asAdministrator: true, homeserverDatabase: path });
  expect((await guard.upload(Buffer.alloc(LIMIT_BYTES - 230_000 + 1))).status).toBe(403);
  expect((await guard.upload(Buffer.alloc(LIMIT_BYTES - 230_000))).status).toBe(200);
  expect(readings()).toEqual([]);
});
