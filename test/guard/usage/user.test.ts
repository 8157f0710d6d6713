import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { formatUser } from "../../../src/control/user/format-user.ts";
import { ALICE, askConfiguration, askService, HOUR_MS } from "../../control/user/asker.ts";
import { LIMIT_BYTES, startGuard, type GuardService } from "../support/guard-service.ts";
import { answers } from "../support/stub-synapse.ts";

const ROWS = "select * from media_bridge_uploads";
const READ = "select * from media_bridge_usage";

let folder: string;
let guard: GuardService;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "media-bridge-user-"));
  writeFileSync(join(folder, "admin-token"), "token-of-admin\n", { mode: 0o600 });
  guard = await startGuard({ folder, asAdministrator: true });
});
afterEach(async () => {
  await guard.stop();
  rmSync(folder, { recursive: true, force: true });
});

function failSynapse(): void {
  guard.synapse.behave = answers(500, { errcode: "M_UNKNOWN" });
}

describe("media-bridge user, in front of a Synapse,", () => {
  test("counts what Synapse has stored: the running service records what it reads", async () => {
    guard.synapse.store(ALICE, 600_000, Date.now() - HOUR_MS / 2);
    guard.synapse.store(ALICE, 900_000, Date.now() - 2 * HOUR_MS);
    const report = await askService(guard.service, ALICE, { sizeBytes: 400_001 });
    expect(report.uploaded.periods.map(({ bytes }) => bytes)).toEqual([600_000, 1_500_000, 1_500_000, 1_500_000]);
    expect(report.largestUpload.bytes).toBe(400_000);
    expect(report.upload?.passes).toBe(false);
    expect(guard.rows(ROWS)).toHaveLength(2);
    expect((await guard.upload(Buffer.alloc(400_001))).status).toBe(403);
    expect((await guard.upload(Buffer.alloc(400_000))).status).toBe(200);
  });

  test("counts the same without the service, each upload once, and records nothing", async () => {
    expect((await guard.upload(Buffer.alloc(100_000))).status).toBe(200);
    await guard.service.stop();
    guard.synapse.store(ALICE, 200_000, Date.now() - 2 * HOUR_MS);
    const before = [guard.rows(ROWS), guard.rows(READ)];
    expect(before[0]).toHaveLength(1);
    const report = await askConfiguration({ folder }, ALICE, { sizeBytes: 5 });
    expect(report.uploaded).toMatchObject({ problem: null });
    expect(report.uploaded.periods.map(({ bytes }) => bytes)).toEqual([100_000, 300_000, 300_000, 300_000]);
    expect(report.largestUpload.bytes).toBe(LIMIT_BYTES - 100_000);
    expect(report.upload?.steps.at(-1)).toMatchObject({ step: "Synapse", outcome: "unknown" });
    expect([guard.rows(ROWS), guard.rows(READ)]).toEqual(before);
  });

  test("says that every upload is refused where Synapse cannot be asked, as it is", async () => {
    failSynapse();
    const report = await askService(guard.service, ALICE, { sizeBytes: 1 });
    expect(report.uploaded.problem).toMatch(/^Synapse cannot be asked: /);
    expect(report.largestUpload).toEqual({ bytes: null, bound: "what the user has sent is not known" });
    expect(report.upload?.passes).toBe(false);
    expect(formatUser(report)).toContain("uploaded: not known: Synapse cannot be asked: ");
    await guard.service.stop();
    expect((await askConfiguration({ folder }, ALICE)).uploaded.problem).toBe(report.uploaded.problem);
  });
});

test("media-bridge user says that only what passed through is counted where Synapse's list may not be read", async () => {
  const bare = await startGuard();
  bare.synapse.store(ALICE, 600_000);
  const { uploaded } = await askService(bare.service, ALICE);
  expect(uploaded.periods[0]?.bytes).toBe(0);
  expect(uploaded.problem).toContain("only what passed through this service is counted");
  await bare.stop();
});
