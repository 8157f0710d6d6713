import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { CliFolder, type CliService } from "../../support/cli.ts";
import { findFreePort } from "../../support/free-port.ts";
import { FIXTURE_MODULES } from "../../support/service.ts";

const ALICE = "@alice:example.test";
const ALLOWED = "is_user_allowed_to_upload_media_of_size";
const LIMITS = "get_media_upload_limits_for_user";
const TYPESCRIPT = join(FIXTURE_MODULES, "doorman.ts");
const NOT_ENFORCED = "module 1, doorman.Doorman: not enforced (enforce of module 1: report)";

let port: number;
let folder: CliFolder;
let service: CliService;
let statuses: number[];

/** A sample of what the first module would have done. */
function sampleOf(would: string, callback: string): string {
  return `media_bridge_unenforced_total{would="${would}",callback="${callback}",module="doorman.Doorman"}`;
}

async function upload(as: string, size: number): Promise<number> {
  const headers = { Authorization: `Bearer token-of-${as}` };
  return (await service.request("/_matrix/media/v3/upload", { method: "POST", body: "x".repeat(size), headers }))
    .status;
}

function countKept(): unknown {
  const db = new Database(join(folder.path, "data", "media.db"), { timeout: 5_000 });
  try {
    return db.prepare("select count(*) from media_bridge_refusals").pluck().get();
  } finally {
    db.close();
  }
}

beforeAll(async () => {
  port = await findFreePort();
  folder = new CliFolder({
    config: {
      modules: [
        { module: "doorman.Doorman", config: {}, enforce: "report" },
        { typescript: TYPESCRIPT, enforce: "enforce" },
      ],
    },
    mediaBridge: { metrics: { host: "127.0.0.1", port } },
  });
  service = await folder.start();
  statuses = [await upload("alice", 111), await upload("bob", 1001), await upload("alice", 211)];
  await vi.waitFor(() => {
    if (countKept() !== 3) throw new Error("not all of them are written yet");
  }, 10_000);
});
afterAll(() => service.kill("SIGKILL"));

describe("Where one module of two is report only,", () => {
  test("its refusals let uploads pass, and the other's do not", () => {
    expect(statuses).toEqual([200, 200, 413]);
  });

  test("the start warns of it, and the log says what passed, who would have refused it and for whom", async () => {
    const warning = JSON.parse(await service.logged("REPORT ONLY")) as Record<string, unknown>;
    expect(warning).toMatchObject({ level: 40, notEnforced: [NOT_ENFORCED] });
    const line = JSON.parse(await service.logged("would refuse", '"status":413')) as Record<string, unknown>;
    const facts = { user: ALICE, module: "doorman.Doorman", callback: ALLOWED, code: "UPLOAD_TOO_LARGE" };
    expect(line).toMatchObject({ level: 30, requestId: expect.any(String) as string, ...facts });
  });

  test("check says so above everything else, and beside the module in every chain", async () => {
    const { stdout, status } = await folder.end(["check"]);
    expect(status).toBe(0);
    expect(stdout.split("\n")[1]).toBe(`REPORT ONLY: ${NOT_ENFORCED}`);
    expect(stdout).toContain("  1. doorman.Doorman (python, report only) Doorman.allowed");
    expect(stdout).toContain("  2. doorman (typescript) ");
  });

  test("refusals tells what would have been refused from what was refused", async () => {
    const { stdout } = await folder.end(["refusals"]);
    const lines = stdout.split("\n").filter((line) => !line.includes("received; request"));
    expect(lines.map((line) => line.replace(/^.*Z @/, "@"))).toEqual([
      `${ALICE}: an upload would have been refused, which is not enforced, with 413 M_TOO_LARGE`,
      `  the module doorman.Doorman (${ALLOWED}) would have refused it (UPLOAD_TOO_LARGE)`,
      "@bob:example.test: an upload would have been refused, which is not enforced, with 403 M_USER_LIMIT_EXCEEDED",
      `  it would pass the limit of 1,000 bytes in 1 hour that the module doorman.Doorman gave (${LIMITS}): 0 bytes were sent in that time`,
      `${ALICE}: an upload was refused with 413 M_TOO_LARGE`,
      `  the module doorman (${ALLOWED}) refused it (UPLOAD_TOO_LARGE)`,
    ]);
    const json = (await folder.end(["refusals", "--json"])).stdout.trimEnd().split("\n");
    expect(json.map((line) => (JSON.parse(line) as { isEnforced: boolean }).isEnforced)).toEqual([false, false, true]);
  });

  test("reload says it first", async () => {
    const { status, stdout } = await folder.end(["reload"]);
    expect([status, stdout.split("\n")]).toEqual([0, [`REPORT ONLY: ${NOT_ENFORCED}`, "reloaded"]]);
  });

  test("status and the status page show it first, mark the module, and count both kinds apart", async () => {
    const { stdout } = await folder.end(["status"]);
    expect(stdout.split("\n")[0]).toBe(`REPORT ONLY: ${NOT_ENFORCED}`);
    expect(stdout).toMatch(/^uploads refused +1$/m);
    expect(stdout).toMatch(/^uploads that would be refused +2$/m);
    expect(stdout).toMatch(/^ {4}doorman\.Doorman \(report only\) +3 +2 +1 /m);
    expect(stdout).toMatch(/ would be 403 {2}LIMIT_EXCEEDED$/m);
    expect(stdout).toMatch(/ 413 {2}UPLOAD_TOO_LARGE$/m);
    const page = await (await fetch(`http://127.0.0.1:${port}/`)).text();
    expect(page).toMatch(/<aside>\s*<strong>Report only: requests that these would refuse pass\.<\/strong>/);
    expect(page).toContain(`<li>${NOT_ENFORCED}</li>`);
    const data = JSON.parse((await folder.end(["status", "--json"])).stdout) as unknown;
    expect(data).toMatchObject({
      notEnforced: [NOT_ENFORCED],
      uploads: { stored: 2, refused: 1, wouldBeRefused: 2 },
      modules: [{ isEnforced: false }, { isEnforced: true }],
      refusals: [{ isEnforced: true }, { isEnforced: false }, { isEnforced: false }],
    });
  });

  test("metrics count what would have been refused, by callback and module, and such uploads", async () => {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    const lines = text.split("\n");
    for (const sample of [
      `${sampleOf("refuse", ALLOWED)} 1`,
      `${sampleOf("answer", LIMITS)} 1`,
      `${sampleOf("refuse", LIMITS)} 1`,
      `${sampleOf("refuse", "check_media_file_for_spam")} 0`,
      'media_bridge_unenforced_total{would="refuse",callback="media_upload_limits",module="configuration"} 0',
      "media_bridge_uploads_would_be_refused_total 2",
      "media_bridge_uploads_total 2",
    ]) {
      expect(lines).toContain(sample);
    }
    expect(text).not.toContain('module="doorman"} 1\nmedia_bridge_unenforced');
  });

  test("call says of a callback that it is report only and what it would do, and who really decides", async () => {
    const { stdout } = await folder.endBare(["call", ALLOWED, ALICE, "111", "--running", folder.config]);
    expect(stdout).toMatch(/^1\. doorman\.Doorman \(python, report only\): stop in [\d.]+ ms: false$/m);
    expect(stdout).toContain(
      'not enforced: it would refuse the request: 413 {"errcode":"M_TOO_LARGE","error":"Upload request body is too large"}',
    );
    expect(stdout).toContain("decided by: no module\nHTTP: no module objected: the upload is accepted");
    const limits = (await folder.endBare(["call", LIMITS, "@bob:example.test", "0", "--running", folder.config]))
      .stdout;
    expect(limits).toContain("not enforced: it would give these limits: 1000 bytes in 3600000 ms");
    const json = JSON.parse((await folder.end(["call", "--json", ALLOWED, ALICE, "111"])).stdout) as unknown;
    expect(json).toMatchObject({
      decidedBy: null,
      slots: [{ isReportOnly: true, would: { what: "refuse" } }, { module: "doorman" }],
      http: { status: null },
    });
  });

  test("user tells the limits that hold from those that do not, and tries an upload as it would really end", async () => {
    const bob = (await folder.end(["user", "@bob:example.test", "--upload", "1001"])).stdout;
    expect(bob).toContain("limits: none is enforced: the user may upload without limit");
    expect(bob).toMatch(/^limits that are not enforced, from Doorman\.limits of doorman\.Doorman \(python\):$/m);
    expect(bob).toContain("  1,000 bytes in 1 hour: 0 bytes are left");
    expect(bob).toContain(
      "     not enforced: it would pass the limit of 1,000 bytes in 1 hour of Doorman.limits of doorman.Doorman (python)",
    );
    expect(bob).toContain("  it would pass, as far as it could be tried, as what would refuse it is not enforced");
    const alice = (await folder.end(["user", ALICE, "--upload", "111"])).stdout;
    expect(alice).toContain(`1. max_upload_size: passed`);
    expect(alice).toContain("     not enforced: Doorman.allowed of doorman.Doorman (python) would refuse it");
    expect(alice).toMatch(/^the largest upload that would pass: 52,428,800 bytes/m);
  });
});

describe("media_bridge.enforce", () => {
  test("is enforce or report, in all places where it may be written", async () => {
    const wrong = { enforce: "no" };
    const bad = new CliFolder({
      config: { modules: [{ typescript: TYPESCRIPT, ...wrong }], spam_checker: { module: "a.B", ...wrong } },
      mediaBridge: { enforce: "off", modules: [{ typescript: TYPESCRIPT, ...wrong }] },
    });
    const { stderr, status } = await bad.end(["check"]);
    expect(status).toBe(1);
    const keys = ["modules[0]", "spam_checker", "media_bridge.modules[0]", "media_bridge"];
    for (const key of keys) expect(stderr).toContain(`: ${key}.enforce: expected enforce or report, found text`);
  });

  test("check names each thing that is not enforced where it holds for all, the limits of the configuration first", async () => {
    const all = new CliFolder({
      config: {
        media_upload_limits: [{ time_period: "1h", max_size: "1M" }],
        modules: [{ module: "doorman.Doorman" }, { typescript: TYPESCRIPT, enforce: "enforce" }],
      },
      mediaBridge: { enforce: "report" },
    });
    const { stdout } = await all.end(["check"]);
    expect(stdout.split("\n").filter((line) => line.startsWith("REPORT ONLY"))).toEqual([
      "REPORT ONLY: media_upload_limits: not enforced (media_bridge.enforce: report)",
      "REPORT ONLY: module 1, doorman.Doorman: not enforced (media_bridge.enforce: report)",
    ]);
    const called = (await all.end(["call", LIMITS, ALICE, "0"])).stdout;
    expect(called).toContain("no module decided: the configured limits, which are not enforced: 1048576 bytes in");
  });
});
