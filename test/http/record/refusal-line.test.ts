import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FIXTURE_MODULES, startTestService, type TestService, type TestUser } from "../../support/service.ts";

const PYTHON = "doorman.Doorman";
const TYPESCRIPT = "doorman";
const ALLOWED = "is_user_allowed_to_upload_media_of_size";
const LIMITS = "get_media_upload_limits_for_user";

let service: TestService;

beforeAll(async () => {
  service = await startTestService({
    config: {
      max_upload_size: 5000,
      modules: [{ module: PYTHON, config: {} }, { typescript: join(FIXTURE_MODULES, "doorman.ts") }],
      media_upload_limits: [{ time_period: "1d", max_size: 2000 }],
    },
  });
});
afterAll(() => service.stop());

/** The line of an upload that was refused, less what varies. */
async function lineOf(body: string, as: TestUser = "alice"): Promise<Record<string, unknown>> {
  const answer = await service.request("/_matrix/media/v3/upload?filename=s3cr3t.txt", { method: "POST", body, as });
  const name = answer.headers.get("X-Request-ID");
  const { facts, level } = await service.log.waitFor(
    (line) => line.message === "request" && line.facts["requestId"] === name,
  );
  const { request, requestId, ms, method, route, ...reason } = facts;
  expect([typeof request, typeof requestId, typeof ms]).toEqual(["number", "string", "number"]);
  expect([level, method, route]).toEqual(["info", "POST", "/_matrix/media/…/upload"]);
  return reason;
}

describe("the line of a refused upload", () => {
  test.each([
    [111, PYTHON, { status: 413, errcode: "M_TOO_LARGE", code: "UPLOAD_TOO_LARGE" }],
    [211, TYPESCRIPT, { status: 413, errcode: "M_TOO_LARGE", code: "UPLOAD_TOO_LARGE" }],
    [113, PYTHON, { status: 429, errcode: "ORG_EXAMPLE_TODAY" }],
    [213, TYPESCRIPT, { status: 429, errcode: "ORG_EXAMPLE_TODAY" }],
    [112, PYTHON, { status: 500, errcode: "M_UNKNOWN", code: "MODULE_FAILED", cause: expect.any(String) as unknown }],
    [
      212,
      TYPESCRIPT,
      { status: 500, errcode: "M_UNKNOWN", code: "MODULE_FAILED", cause: expect.any(String) as unknown },
    ],
  ])("The line of a refused upload of %i bytes names the callback of %s that decided", async (size, module, answer) => {
    expect(await lineOf("x".repeat(size))).toEqual({
      ...answer,
      module,
      callback: ALLOWED,
      declaredBytes: size,
      user: "@alice:example.test",
      receivedBytes: 0,
    });
  });

  test.each([
    ["python", PYTHON],
    ["typescript", TYPESCRIPT],
  ])("names the %s spam check that refused the file, and what was received", async (language, module) => {
    expect(await lineOf(`${language} spam`)).toEqual({
      status: 400,
      errcode: "M_UNKNOWN",
      code: "BAD_CONTENT",
      user: "@alice:example.test",
      module,
      callback: "check_media_file_for_spam",
      declaredBytes: language.length + 5,
      receivedBytes: language.length + 5,
    });
  });

  test.each([
    ["bob", PYTHON],
    ["carol", TYPESCRIPT],
  ] as const)("has the limit that was met for %s, its period, its sum, and %s that gave it", async (user, module) => {
    await service.upload("x".repeat(600), { as: user });
    expect(await lineOf("x".repeat(500), user)).toEqual({
      status: 403,
      errcode: "M_USER_LIMIT_EXCEEDED",
      code: "LIMIT_EXCEEDED",
      user: `@${user}:example.test`,
      module,
      callback: LIMITS,
      limit: { maxBytes: 1000, periodMs: 3_600_000, sentBytes: 600 },
      declaredBytes: 500,
      receivedBytes: 0,
    });
  });

  test("names the key of the configuration that decided", async () => {
    expect(await lineOf("x".repeat(5001))).toMatchObject({
      code: "UPLOAD_TOO_LARGE",
      setting: "max_upload_size",
      limit: { maxBytes: 5000 },
    });
    expect(await lineOf("x".repeat(2001))).toMatchObject({
      code: "LIMIT_EXCEEDED",
      setting: "media_upload_limits",
      limit: { maxBytes: 2000, periodMs: 86_400_000, sentBytes: 0 },
    });
  });

  test("holds no token, no file name and no word of a module", () => {
    const lines = service.log.lines.filter(({ message }) => message === "request");
    expect(JSON.stringify(lines)).not.toMatch(/s3cr3t|token-of-|a word of the module|Not today/);
  });
});

describe("what modules log for a request", () => {
  test.each([
    ["Python", "asked in Python about 7 bytes"],
    ["TypeScript", "asked in TypeScript"],
  ])("What modules in %s log carries the request name that the client was told", async (_language, message) => {
    const before = service.log.lines.length;
    const answer = await service.request("/_matrix/media/v3/upload", { method: "POST", body: "7 bytes", as: "alice" });
    const said = service.log.lines.slice(before).filter((line) => line.message === message);
    expect(said.map(({ facts }) => facts["requestId"])).toEqual([answer.headers.get("X-Request-ID")]);
  });
});
