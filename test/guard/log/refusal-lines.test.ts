import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startGuard, type GuardService } from "../support/guard-service.ts";
import { answers } from "../support/stub-synapse.ts";

let guard: GuardService;

beforeEach(async () => {
  guard = await startGuard();
});
afterEach(() => guard.stop());

/** The line of the request that an answer is to. */
async function lineOf(name: string | null): Promise<Record<string, unknown>> {
  const isLine = (line: { message: string; facts: Record<string, unknown> }) =>
    line.message === "request" && line.facts["requestId"] === name;
  return (await guard.service.log.waitFor(isLine)).facts;
}

describe("the line of a guarded upload", () => {
  test("The line of an upload that Synapse refuses says who refused, and for which user", async () => {
    guard.synapse.behave = answers(403, { errcode: "M_FORBIDDEN", error: "no" });
    const { status, headers } = await guard.upload("text");
    expect(status).toBe(403);
    expect(await lineOf(headers.get("X-Request-ID"))).toMatchObject({
      status: 403,
      answeredBy: "synapse",
      user: "@alice:example.test",
      declaredBytes: 4,
      receivedBytes: 4,
    });
  });

  test("The line of an upload that Synapse fails to store says what Synapse answered", async () => {
    guard.synapse.behave = answers(500, { errcode: "M_UNKNOWN", error: "no" });
    const { headers } = await guard.upload("text");
    expect(await lineOf(headers.get("X-Request-ID"))).toMatchObject({ status: 500, cause: "synapse answered 500" });
  });

  test("The line of an upload for which Synapse cannot be reached names the address and the system's reason", async () => {
    const { port } = guard.synapse;
    await guard.synapse.stop();
    const { status, headers } = await guard.upload("text");
    expect(status).toBe(502);
    expect(await lineOf(headers.get("X-Request-ID"))).toMatchObject({
      code: "UPSTREAM_UNREACHABLE",
      cause: expect.stringMatching(`ECONNREFUSED.*127\\.0\\.0\\.1:${port}`) as unknown,
    });
  });

  test("The line of an upload whose answer breaks off names what broke", async () => {
    guard.synapse.behave = (req) => void req.once("end", () => req.socket.destroy());
    const { status, headers } = await guard.upload("text");
    expect(status).toBe(502);
    expect(await lineOf(headers.get("X-Request-ID"))).toMatchObject({
      code: "UPSTREAM_BROKEN",
      cause: expect.stringMatching(/\w/) as unknown,
    });
  });
});

describe("an answer that is handed on from Synapse", () => {
  test("carries the service's X-Request-ID in place of another server's, once, and exposes it beside Synapse's own", async () => {
    const headers = {
      "X-Request-ID": "another",
      "Access-Control-Allow-Origin": "*",
      "Access-Control-Expose-Headers": "Synapse-Trace-Id",
    };
    guard.synapse.behave = answers(200, { versions: [] }, headers);
    const answer = await guard.service.request("/_matrix/client/v1/media/download/example.test/abc", { as: "alice" });
    expect(answer.headers.get("X-Request-ID")).toMatch(/^[0-9a-f]{8}-\d+$/);
    expect(answer.headers.get("Access-Control-Expose-Headers")).toBe("Synapse-Trace-Id, X-Request-ID");
  });
});
