import { createServer, type IncomingMessage, type Server } from "node:http";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findFreePort } from "../support/free-port.ts";
import { startTestService, type TestService } from "../support/service.ts";

/** A service that others run: it judges what is posted to it, and plays the homeserver. */
interface Judge {
  readonly url: string;
  /** Paths that were asked for, with what was sent. */
  readonly asked: { path: string; body: Record<string, unknown>; authorization: string | undefined }[];
  /** Answers by path; what is not named is answered `{}`. */
  readonly answers: Map<string, [number, object]>;
}

let server: Server;
let judge: Judge;
const folder = mkdtempSync(join(tmpdir(), "media-bridge-surface-"));

beforeAll(async () => {
  const asked: Judge["asked"] = [];
  const answers: Judge["answers"] = new Map();
  server = createServer((request, response) => {
    const answer = async () => {
      const path = new URL(request.url ?? "", "http://judge").pathname;
      asked.push({ path, body: await readJson(request), authorization: request.headers.authorization });
      const [status, body] = answers.get(path) ?? [200, {}];
      response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
    };
    void answer();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  judge = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, answers };
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true });
});

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return chunks.length === 0 ? {} : (JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>);
}

describe("modules with the surface of real ones", () => {
  let service: TestService;
  let metricsPort: number;

  beforeAll(async () => {
    judge.answers.set("/ping", [200, { id: "1", status: "ok" }]);
    metricsPort = await findFreePort();
    service = await startTestService({
      folder,
      config: {
        modules: [
          { module: "surface.bad_list.BadList", config: { table: "surface_bad_list" } },
          { module: "surface.media_check.MediaCheck", config: { bad: "judged to be bad" } },
          { module: "surface.file_types.FileTypes", config: { allowed: ["text/plain", "image/png"] } },
          {
            module: "surface.http_antispam.HttpAntispam",
            config: { base_url: judge.url, authorization: "judge-token" },
          },
          { module: "surface.tiers.TierByDatabase", config: { quota: 1000 } },
        ],
      },
      mediaBridge: { metrics: { host: "127.0.0.1", port: metricsPort } },
    });
    const database = new Database(join(folder, "data", "media.db"));
    database.exec("CREATE TABLE surface_bad_list (kind TEXT, value TEXT)");
    database
      .prepare("INSERT INTO surface_bad_list VALUES ('sha256', ?)")
      .run("3a6eb0790f39ac87c94f3856b2dd2c5d110e6811602261a9a923d3bb23adc8b7"); // of "data"
    database.close();
  });
  afterAll(() => service.stop());

  const metrics = async () => (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  const answerTo = async (body: string) => {
    const response = await service.request("/_matrix/media/v3/upload", { method: "POST", body, as: "alice" });
    return [response.status, await response.json()];
  };
  const refused = [400, { errcode: "M_UNKNOWN", error: "Bad content" }];

  test("what a loop reads from the database refuses a file, and is counted on /metrics", async () => {
    await service.log.waitFor(({ message }) => message === "1 bad hashes are known");
    expect(await answerTo("data")).toEqual(refused);
    const text = await metrics();
    expect(text).toContain('surface_bad_list_found_total{what="hash"} 1.0');
    expect(text).toMatch(/surface_bad_list_seconds_bucket\{le="\+Inf"\} [1-9]/);
    expect(text).toMatch(/^# TYPE media_bridge_uploads_refused_total counter$/m);
    expect(text.match(/^# TYPE process_cpu_seconds_total /gm)).toHaveLength(1);
  });

  test("a file is read at its path in the store, off the reactor", async () => {
    expect(await answerTo("this is judged to be bad")).toEqual(refused);
  });

  test("a file is known by its first bytes", async () => {
    expect(await answerTo("MZ, a program")).toEqual(refused);
  });

  test("another service is asked over HTTP, and its refusal holds", async () => {
    await service.log.waitFor(({ message }) => message === "the ping was answered with ok");
    judge.answers.set("/media", [403, { errcode: "M_FORBIDDEN", error: "no" }]);
    expect(await answerTo("refused elsewhere")).toEqual(refused);
    const { body, authorization } = judge.asked.findLast(({ path }) => path === "/media") ?? {};
    expect(body).toEqual({ id: expect.stringMatching(/^\w+$/) as unknown, uploader: null });
    expect(authorization).toBe("Bearer judge-token");
    judge.answers.delete("/media");
  });

  test("callbacks for the homeserver are accepted and named", async () => {
    const warning = await service.log.waitFor(
      ({ facts, message }) =>
        message.includes("never fires") && facts["module"] === "surface.http_antispam.HttpAntispam",
    );
    expect(warning.facts["callbacks"]).toEqual(["check_event_for_spam", "check_username_for_spam", "user_may_invite"]);
  });

  test("a tier by what the user has stored counts each upload", async () => {
    await service.upload("x".repeat(600), { as: "bob" });
    const config = await service.request("/_matrix/client/v1/media/config", { as: "bob" });
    expect(await config.json()).toEqual({ "m.upload.size": 400 });
    await expect(service.upload("x".repeat(401), { as: "bob" })).rejects.toThrow(/^413 .*M_TOO_LARGE/);
    await service.upload("x".repeat(400), { as: "bob" });
  });

  test("what a module logs has its level, its logger, the module and the request", async () => {
    const mediaId = await service.upload("plain", { as: "carol" });
    const line = await service.log.waitFor(({ message }) => message === `${mediaId} is text/plain, from None`);
    const request = await service.log.waitFor(
      ({ message, facts }) => message === "request" && facts["request"] === line.facts["request"],
    );
    expect(line.level).toBe("info");
    expect(line.facts).toEqual({
      request: expect.any(Number) as unknown,
      requestId: expect.stringMatching(/^[0-9a-f]{8}-\d+$/) as unknown,
      module: "surface.file_types.FileTypes",
      python: { logger: "surface.file_types" },
    });
    expect(request.facts["route"]).toBe("/_matrix/media/…/upload");
  });
});

test("a tier by the homeserver's word and another service's", async () => {
  const secret = join(folder, "admin-token");
  writeFileSync(secret, "admin-token", { mode: 0o600 });
  judge.answers.set("/_matrix/client/v3/account/whoami", [200, { user_id: "@alice:example.test", is_guest: false }]);
  const user = { name: "@alice:example.test", admin: false, is_guest: false, deactivated: false, shadow_banned: false, creation_ts: 1, threepids: [] }; // prettier-ignore
  judge.answers.set("/_synapse/admin/v2/users/%40alice%3Aexample.test", [200, user]);
  judge.answers.set("/_synapse/admin/v2/users/@alice:example.test", [200, user]);
  judge.answers.set("/tier", [200, { max_bytes: 10 }]);
  const service = await startTestService({
    config: { modules: [{ module: "surface.tiers.TierByService", config: { url: `${judge.url}/tier` } }] },
    mediaBridge: { tokens_file: undefined, homeserver: { url: judge.url, admin_token_file: secret } },
  });
  try {
    await service.upload("ten bytes!");
    await expect(service.upload("eleven byte")).rejects.toThrow(/^413 .*M_TOO_LARGE/);
    expect(judge.asked.findLast(({ path }) => path === "/tier")?.body).toEqual({ user: "@alice:example.test" });
  } finally {
    await service.stop();
  }
});
