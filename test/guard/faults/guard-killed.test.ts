import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { CliFolder, type CliService } from "../../support/cli.ts";
import { StubSynapse } from "../support/stub-synapse.ts";

const ALICE = "@alice:example.test";
const LIMIT_BYTES = 1000;

let synapse: StubSynapse;
beforeAll(async () => {
  synapse = await StubSynapse.start();
});
beforeEach(() => {
  synapse.stored.length = 0;
  synapse.requests.length = 0;
  synapse.behave = synapse.likeSynapse.bind(synapse);
});
afterAll(() => synapse.stop());

function createFolder(config: Record<string, unknown> = {}): CliFolder {
  const folder = new CliFolder({
    config: { media_upload_limits: [{ time_period: "1h", max_size: LIMIT_BYTES }], ...config },
    mediaBridge: {
      tokens_file: undefined,
      homeserver: { url: synapse.url, admin_token_file: "./admin-token" },
      upstream: { url: synapse.url },
    },
  });
  folder.write("admin-token", "token-of-admin");
  return folder;
}

async function kill(service: CliService): Promise<void> {
  service.kill("SIGKILL");
  await service.ended;
}

test("A service that is killed while Synapse accepts an upload counts it once, from Synapse, after its next start", async () => {
  const folder = createFolder();
  const first = await folder.start();
  expect((await first.upload("x".repeat(100))).status).toBe(200);
  synapse.behave = (req, _res, seen) => void req.once("end", () => synapse.store(ALICE, seen.body.length));
  const lost = first.upload("x".repeat(600)).catch(() => undefined);
  await vi.waitFor(() => expect(synapse.stored).toHaveLength(2));
  await kill(first);
  await lost;
  synapse.behave = synapse.likeSynapse.bind(synapse);
  const second = await folder.start();
  expect((await second.upload("x".repeat(301))).status).toBe(403);
  expect((await second.upload("x".repeat(300))).status).toBe(200);
  expect((await second.upload("x")).status).toBe(403);
});

test("A service that is killed a moment after it has answered counts the upload once, recorded or not", async () => {
  const folder = createFolder();
  const first = await folder.start();
  expect((await first.upload("x".repeat(100))).status).toBe(200);
  await kill(first);
  const second = await folder.start();
  expect((await second.upload("x".repeat(901))).status).toBe(403);
  expect((await second.upload("x".repeat(900))).status).toBe(200);
  expect((await second.upload("x")).status).toBe(403);
});

test("A service that is killed before Synapse has accepted anything has lost nothing", async () => {
  const folder = createFolder();
  const first = await folder.start();
  synapse.behave = (req, res, seen) => {
    if (seen.method !== "POST") synapse.likeSynapse(req, res, seen);
  };
  const lost = first.upload("x".repeat(LIMIT_BYTES)).catch(() => undefined);
  await synapse.seen(({ method, end }) => method === "POST" && end === "whole");
  await kill(first);
  await lost;
  synapse.behave = synapse.likeSynapse.bind(synapse);
  const second = await folder.start();
  expect((await second.upload("x".repeat(LIMIT_BYTES))).status).toBe(200);
});

test("What a killed service has spooled goes at the next start, and nothing else in the folder does", async () => {
  const folder = createFolder({ media_upload_limits: [] });
  const first = await folder.start();
  const spool = join(folder.path, "data", "spool");
  const request = httpRequest(`http://127.0.0.1:${first.port}/_matrix/media/v3/upload`, {
    method: "POST",
    headers: { Authorization: "Bearer token-of-alice", "Transfer-Encoding": "chunked" },
  });
  request.on("error", () => undefined).write("half");
  await vi.waitFor(() => expect(readdirSync(spool)).toHaveLength(1));
  await kill(first);
  writeFileSync(join(spool, "notes.txt"), "mine");
  expect(readdirSync(spool)).toHaveLength(2);
  const second = await folder.start();
  await vi.waitFor(() => expect(readdirSync(spool)).toEqual(["notes.txt"]));
  expect(await second.logged("had cut short were removed")).toContain('"removed":1');
});

test("A file that a killed service was showing to a module goes at the next start, and so do its folders", async () => {
  const base = mkdtempSync(join(tmpdir(), "media-bridge-shown-"));
  const config = { seen: join(base, "seen"), hold: join(base, "hold") };
  writeFileSync(config.hold, "");
  const folder = createFolder({ media_upload_limits: [], modules: [{ module: "store_paths.StorePaths", config }] });
  const first = await folder.start();
  const spool = join(folder.path, "data", "spool");
  const lost = first.upload("a picture").catch(() => undefined);
  await vi.waitFor(() => expect(existsSync(config.seen)).toBe(true), 10_000);
  await kill(first);
  await lost;
  expect(readdirSync(spool)).toEqual(["local_content"]);
  rmSync(config.hold);
  const second = await folder.start();
  await vi.waitFor(() => expect(readdirSync(spool)).toEqual([]));
  expect(await second.logged("had cut short were removed")).toContain('"removed":1');
  rmSync(base, { recursive: true });
});

test("import-usage reads every user once, while the service runs, and asks for no user again", async () => {
  const folder = createFolder();
  for (let user = 0; user < 700; user += 1) synapse.store(`@user${user}:example.test`, 10);
  synapse.store(ALICE, 700);
  const service = await folder.start();
  const { status, stdout, stderr } = await folder.end(["import-usage"]);
  expect([status, stdout]).toEqual([0, "701 users, 701 media of 7700 bytes within their limits' periods"]);
  // Progress, where it takes its time.
  expect(stderr).toMatch(/^(?:\d+ of 701 users \(\d+ %\), \d+ media, \d+ a second\n?)*$/);
  synapse.requests.length = 0;
  expect((await service.upload("x".repeat(301))).status).toBe(403);
  expect((await service.upload("x".repeat(300))).status).toBe(200);
  expect(synapse.requests.filter(({ url }) => url.includes("/_synapse/"))).toEqual([]);
  // Who has never uploaded anything is known to have uploaded nothing.
  const carol = { method: "POST", body: "x", headers: { Authorization: "Bearer token-of-carol" } };
  expect((await service.request("/_matrix/media/v3/upload", carol)).status).toBe(200);
  expect(synapse.requests.filter(({ url }) => url.includes("/_synapse/"))).toEqual([]);
  // Run again, it counts nothing twice.
  expect((await folder.end(["import-usage"])).status).toBe(0);
  expect((await service.upload("x")).status).toBe(403);
});

test("import-usage that is broken off says why, and continues where it was", async () => {
  const folder = createFolder();
  for (let user = 0; user < 20; user += 1) synapse.store(`@user${10 + user}:example.test`, 10);
  let answered = 0;
  synapse.behave = (req, res, seen) => {
    if (seen.url.includes("/users/%40") && ++answered > 8) req.socket.destroy();
    else synapse.likeSynapse(req, res, seen);
  };
  const broken = await folder.end(["import-usage"]);
  expect(broken.status).toBe(1);
  expect(broken.stderr).toMatch(
    /^media-bridge: Synapse cannot be asked for usage: .*; run import-usage again to continue$/,
  );
  synapse.behave = synapse.likeSynapse.bind(synapse);
  synapse.requests.length = 0;
  const whole = await folder.end(["import-usage"]);
  expect(whole.stdout).toBe(
    "20 users, 12 media of 120 bytes within their limits' periods; 8 users were read before the last import was interrupted",
  );
  expect(synapse.requests.filter(({ url }) => url.includes("/users/%40"))).toHaveLength(12);
});

test("import-usage goes back as far as it is told to, and as far as modules' limits need", async () => {
  const folder = createFolder();
  synapse.store(ALICE, 10, Date.now() - 86_400_000 * 10);
  expect((await folder.end(["import-usage"])).stdout).toContain("1 users, 0 media of 0 bytes");
  expect((await folder.end(["import-usage", "--period", "30d"])).stdout).toContain("1 users, 1 media of 10 bytes");
  const bad = await folder.end(["import-usage", "--period", "often"]);
  expect([bad.status, bad.stderr]).toEqual([1, expect.stringContaining("--period: expected a duration")]);
});

test("import-usage without a token of an administrator's says which key it needs", async () => {
  const folder = new CliFolder({ mediaBridge: { upstream: { url: synapse.url } } });
  const { status, stderr } = await folder.end(["import-usage"]);
  expect([status, stderr]).toEqual([1, expect.stringContaining("media_bridge.homeserver.admin_token_file")]);
});
