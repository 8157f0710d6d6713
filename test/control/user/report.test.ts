import { once } from "node:events";
import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { formatUser } from "../../../src/control/user/format-user.ts";
import { startTestService, type TestService, type TestUser } from "../../support/service.ts";
import { ALICE, ALLOWANCE, askService, BOB, command, DAY_MS, HOUR_MS } from "./asker.ts";

const GIVEN = { module: "allowance", language: "typescript", callback: "limitsOf" };

async function statusOf(service: TestService, as: TestUser, bytes: number): Promise<number> {
  const body = Buffer.alloc(bytes, 1);
  const response = await service.request("/_matrix/media/v3/upload", { method: "POST", body, as });
  await response.text();
  return response.status;
}

describe("media-bridge user, asking a service whose module gives limits,", () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService({ config: { modules: [ALLOWANCE], max_upload_size: 2000 } });
  });
  afterAll(() => service.stop());

  test("tells what was uploaded by period, who gives the limits, what is left, and the largest upload that passes", async () => {
    expect(await statusOf(service, "alice", 400)).toBe(200);
    const report = await askService(service, ALICE);
    expect(report.uploaded).toEqual({
      periods: [HOUR_MS, DAY_MS, 2 * DAY_MS, 7 * DAY_MS, 30 * DAY_MS].map((periodMs) => ({ periodMs, bytes: 400 })),
      underWayBytes: 0,
      problem: null,
    });
    expect(report.limits.givenBy).toEqual(GIVEN);
    expect(report.limits.limits).toMatchObject([
      { maxBytes: 5000, periodMs: 2 * DAY_MS, sentBytes: 400, leftBytes: 4600 },
      { maxBytes: 1000, periodMs: HOUR_MS, sentBytes: 400, leftBytes: 600 },
    ]);
    expect(report.largestUpload.bytes).toBe(600);
    expect(formatUser(report)).toContain("a larger one would not: the limit of 1,000 bytes in 1 hour");
    expect(await statusOf(service, "alice", 601)).toBe(403);
    expect(await statusOf(service, "alice", 600)).toBe(200);
    const full = await askService(service, ALICE);
    expect(full.largestUpload.bytes).toBe(0);
    expect(await statusOf(service, "alice", 1)).toBe(403);
  });

  test("says in words where an empty list lifts the limits, and finds what a module allows by asking it", async () => {
    const report = await askService(service, BOB);
    expect(report.limits).toMatchObject({ givenBy: GIVEN, limits: [] });
    expect(formatUser(report)).toContain(
      "limits from limitsOf of allowance (typescript): none, an empty list ([]) lifts them: the user may upload without limit",
    );
    expect(report.largestUpload).toMatchObject({ bytes: 300, bound: expect.stringContaining("413") as string });
    expect(await statusOf(service, "bob", 301)).toBe(413);
    expect(await statusOf(service, "bob", 300)).toBe(200);
  });

  test("asks for the limits of each size where a module gives them by size", async () => {
    const report = await askService(service, "@carol:example.test");
    expect(report.limits).toMatchObject({ limits: [], dependOnSize: true });
    expect(report.largestUpload).toEqual({ bytes: 700, bound: "the limit of 700 bytes in 1 hour" });
    expect(await statusOf(service, "carol", 701)).toBe(403);
    expect(await statusOf(service, "carol", 700)).toBe(200);
  });

  test("tells that every upload is refused where the limits cannot be had, and which module failed", async () => {
    const report = await askService(service, "@admin:example.test");
    expect(report.limits).toMatchObject({ limits: null, refusal: { status: 500 } });
    expect(report.largestUpload.bytes).toBeNull();
    expect(formatUser(report)).toContain("allowance (typescript): error in ");
    expect(formatUser(report)).toContain("Error: the list of plans is gone");
    expect(await statusOf(service, "admin", 0)).toBe(500);
  });

  test("says that a service of another release runs where the service does not know a command", async () => {
    await expect(command(service, "users", {})).rejects.toThrow(
      "the running service does not know the command users: it is of another release than this command; restart it",
    );
  });

  test("counts an upload under way, and reserves nothing itself", async () => {
    const url = `${service.url}/_matrix/media/v3/upload`;
    const headers = { Authorization: "Bearer token-of-bob", "Content-Length": 300, Expect: "100-continue" };
    const sending = request(url, { method: "POST", headers });
    sending.flushHeaders();
    await once(sending, "continue");
    const before = (await askService(service, BOB)).uploaded;
    expect(before.underWayBytes).toBe(300);
    sending.end(Buffer.alloc(300));
    const [response] = (await once(sending, "response")) as [{ statusCode?: number; resume(): void }];
    response.resume();
    expect(response.statusCode).toBe(200);
    await vi.waitFor(async () => {
      expect((await askService(service, BOB)).uploaded).toMatchObject({ underWayBytes: 0, periods: before.periods });
    });
  });
});

describe("media-bridge user, asking a service without modules,", () => {
  test("names the configuration's limits, and where there are none the maximum of a file", async () => {
    const limited = await startTestService({
      config: { media_upload_limits: [{ time_period: "1d", max_size: "10K" }] },
    });
    const report = await askService(limited, ALICE);
    expect(report.limits).toMatchObject({
      givenBy: null,
      limits: [{ maxBytes: 10_240, periodMs: DAY_MS, leftBytes: 10_240 }],
    });
    expect(formatUser(report)).toContain(
      "limits from the configuration (media_upload_limits):\n  10,240 bytes (10 KiB) in 1 day: ",
    );
    expect(report.largestUpload.bytes).toBe(10_240);
    await limited.stop();
    const free = await startTestService({ config: { max_upload_size: "1M" } });
    const lifted = await askService(free, ALICE);
    expect(formatUser(lifted)).toContain(
      "limits from the configuration (media_upload_limits): none: the user may upload without limit",
    );
    expect(lifted.largestUpload).toEqual({ bytes: 1_048_576, bound: "max_upload_size" });
    await free.stop();
  });
});
