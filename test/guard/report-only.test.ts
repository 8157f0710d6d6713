import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { FIXTURE_MODULES, type TestUser } from "../support/service.ts";
import { LIMIT_BYTES, startGuard, type GuardOptions, type GuardService } from "./support/guard-service.ts";
import { answers } from "./support/stub-synapse.ts";

const MODULES = [{ module: "doorman.Doorman", config: {} }, { typescript: join(FIXTURE_MODULES, "doorman.ts") }];
const ALLOWED = "is_user_allowed_to_upload_media_of_size";

let guard: GuardService;

afterEach(() => guard.stop());

async function start(options: GuardOptions = {}): Promise<void> {
  guard = await startGuard({
    ...options,
    config: { modules: MODULES, ...options.config },
    mediaBridge: { enforce: "report", ...options.mediaBridge },
  });
}

async function upload(as: TestUser, body: string | Buffer): Promise<number> {
  const init = { method: "POST", body: new Uint8Array(Buffer.from(body)), as };
  const response = await guard.service.request("/_matrix/media/v3/upload", init);
  await response.text();
  return response.status;
}

/** What is kept of refusals, once there are so many rows. */
async function keptRows(count: number): Promise<Record<string, unknown>[]> {
  return vi.waitFor(() => {
    const rows = guard.rows("select * from media_bridge_refusals order by refusal_id");
    expect(rows).toHaveLength(count);
    return rows;
  }, 10_000);
}

describe("A guard on its first day, which only reports,", () => {
  test("hands every upload on that Synapse takes, and keeps what it would have refused, by whom and for whom", async () => {
    await start();
    for (const body of ["x".repeat(111), "x".repeat(112), "x".repeat(213), "python spam", "typescript spam"]) {
      expect([body.length, await upload("alice", body)]).toEqual([body.length, 200]);
    }
    expect(await upload("bob", "x".repeat(1001))).toBe(200);
    expect(await upload("carol", "x".repeat(1001))).toBe(200);
    expect(guard.synapse.stored).toHaveLength(7);
    const rows = await keptRows(7);
    expect(rows.map(({ is_enforced, user_id, status, module, callback }) => [is_enforced, user_id, status, module, callback])).toEqual([
      [0, "@alice:example.test", 413, "doorman.Doorman", ALLOWED],
      [0, "@alice:example.test", 500, "doorman.Doorman", ALLOWED],
      [0, "@alice:example.test", 429, "doorman", ALLOWED],
      [0, "@alice:example.test", 400, "doorman.Doorman", "check_media_file_for_spam"],
      [0, "@alice:example.test", 400, "doorman", "check_media_file_for_spam"],
      [0, "@bob:example.test", 403, "doorman.Doorman", "get_media_upload_limits_for_user"],
      [0, "@carol:example.test", 403, "doorman", "get_media_upload_limits_for_user"],
    ]); // prettier-ignore
    expect(rows.at(-1)).toMatchObject({ declared_bytes: 1001, received_bytes: 1001, limit_bytes: 1000, limit_sent_bytes: 0 }); // prettier-ignore
  });

  test("hands on what is over the configured limits, and says so; a refusal of Synapse's stays one", async () => {
    await start();
    expect(await upload("alice", Buffer.alloc(LIMIT_BYTES + 1))).toBe(200);
    guard.synapse.behave = answers(403, { errcode: "M_FORBIDDEN", error: "no" });
    expect(await upload("alice", "x".repeat(111))).toBe(403);
    const rows = await keptRows(4);
    expect(rows[0]).toMatchObject({ is_enforced: 0, setting: "media_upload_limits", limit_bytes: LIMIT_BYTES });
    const last = rows.slice(1).map(({ is_enforced, answered_by, code }) => [is_enforced, answered_by, code]);
    expect(new Set(last)).toEqual(
      new Set([
        [1, "synapse", null],
        [0, null, "UPLOAD_TOO_LARGE"],
        [0, null, "LIMIT_EXCEEDED"],
      ]),
    );
  });

  test("still refuses what is over max_upload_size", async () => {
    await start({ config: { max_upload_size: 5000 } });
    expect(await upload("alice", "x".repeat(5001))).toBe(413);
    expect(await keptRows(1)).toMatchObject([{ is_enforced: 1, setting: "max_upload_size" }]);
  });

  test("hands uploads on whose user's usage cannot be read, which would refuse them, and reports that", async () => {
    const folder = mkdtempSync(join(tmpdir(), "media-bridge-report-only-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, "admin-token"), "token-of-admin\n", { mode: 0o600 });
    await start({ folder, asAdministrator: true });
    guard.synapse.behave = (req, res, seen) => {
      if (req.url?.includes("/_synapse/admin/") === true) answers(500, {})(req, res, seen);
      else guard.synapse.likeSynapse(req, res, seen);
    };
    expect(await upload("alice", "fine")).toBe(200);
    expect(await keptRows(1)).toMatchObject([
      { is_enforced: 0, code: "USAGE_UNKNOWN", status: 503, setting: "media_upload_limits" },
    ]);
  });
});

describe("A reload", () => {
  test("makes a guard refuse what it only reported, and report again what it refused, and the log says which", async () => {
    await start();
    const { log } = guard.service;
    const warnings = () => log.lines.filter(({ message }) => message.startsWith("REPORT ONLY: "));
    expect(warnings()).toMatchObject([
      {
        level: "warn",
        facts: {
          notEnforced: [
            "media_upload_limits: not enforced (media_bridge.enforce: report)",
            "module 1, doorman.Doorman: not enforced (media_bridge.enforce: report)",
            "module 2, doorman: not enforced (media_bridge.enforce: report)",
          ],
        },
      },
    ]);
    expect(await upload("alice", "x".repeat(111))).toBe(200);
    await guard.service.reload(MODULES, { enforce: "enforce" });
    expect(warnings()).toHaveLength(1);
    expect(await upload("alice", "x".repeat(111))).toBe(413);
    expect(await upload("alice", "x".repeat(211))).toBe(413);
    expect(await upload("alice", Buffer.alloc(LIMIT_BYTES + 1))).toBe(403);
    await guard.service.reload([MODULES[0] ?? {}, { ...MODULES[1], enforce: "report" }], { enforce: "enforce" });
    expect(warnings().at(-1)?.facts).toEqual({
      notEnforced: ["module 2, doorman: not enforced (enforce of module 2: report)"],
    });
    expect(await upload("alice", "x".repeat(111))).toBe(413);
    expect(await upload("alice", "x".repeat(211))).toBe(200);
  });
});
