import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { refusalOf } from "../../http/support/bodies.ts";
import { askWithManyLines, FRAMINGS, type Framing } from "../../http/support/many-lines.ts";
import { startGuard, type GuardService } from "../support/guard-service.ts";

let guard: GuardService;
beforeAll(async () => {
  guard = await startGuard();
});
beforeEach(() => {
  guard.synapse.requests.length = 0;
});
afterAll(() => guard.stop());

const ROUTES = [
  ["POST", "/_matrix/media/v3/upload", 200],
  ["PUT", "/_matrix/media/v3/upload/example.test/{id}", 200],
  ["POST", "/_matrix/media/v1/create", 200],
  ["POST", "/_synapse/admin/v1/media/quarantine/example.test/abc", 404],
  ["GET", "/_matrix/client/v1/media/download/example.test/abc", 404],
  ["GET", "/_matrix/client/v1/media/config", 200],
] as const;
const CASES = ROUTES.flatMap(([method, target, status]) =>
  (Object.keys(FRAMINGS) as Framing[]).map((framing) => ({ method, target, framing, status })),
);

async function targetOf(target: string): Promise<string> {
  if (!target.includes("{id}")) return target;
  const created = await guard.service.request("/_matrix/media/v1/create", { method: "POST", as: "alice" });
  const { content_uri: uri } = (await created.json()) as { content_uri: string };
  guard.synapse.requests.length = 0;
  return target.replace("{id}", uri.split("/").at(-1) ?? "");
}

describe.each(CASES)("Before Synapse, $method $target with $framing", ({ method, target, framing, status }) => {
  test("reaches it whole, as one request, where 500 header lines come before the body", async () => {
    const path = await targetOf(target);
    const answer = await askWithManyLines(guard.service.port, { method, target: path, framing, lines: 500 });
    expect([answer.status, answer.isClosed]).toEqual([status, false]);
    expect(guard.synapse.requests.map(({ url, body }) => [url, body.toString()])).toEqual([[path, "hello"]]);
  });

  test("is refused with 431 where 1,010 do, and Synapse hears nothing", async () => {
    const path = await targetOf(target);
    const answer = await askWithManyLines(guard.service.port, { method, target: path, framing, lines: 1010 });
    expect([...refusalOf(answer), answer.isClosed]).toEqual([431, "M_TOO_LARGE", true]);
    expect(guard.synapse.requests).toEqual([]);
  });
});

describe.each(ROUTES)("Before Synapse, %s %s", (method, target, status) => {
  const ask = async (lines: number) => {
    const path = await targetOf(target);
    // The host, the token and the length of the body are lines too.
    const headers = Array.from({ length: lines - 3 }, (_item, index) => [`X-${index}`, ""] as const);
    return askWithManyLines(guard.service.port, { method, target: path, framing: "a length", lines, headers });
  };

  test("has at most 500 header lines when it is sent on, those that are added here included", async () => {
    expect((await ask(498)).status).toBe(status);
    const counts = guard.synapse.requests.map(({ rawHeaders }) => rawHeaders.length / 2);
    expect(counts).toHaveLength(1);
    expect(counts[0]).toBeLessThanOrEqual(500);
  });

  test("is refused with 431 where it would have more, and Synapse hears nothing", async () => {
    for (const lines of [499, 500]) {
      const answer = await ask(lines);
      expect([...refusalOf(answer), answer.isClosed]).toEqual([431, "M_TOO_LARGE", false]);
    }
    expect(guard.synapse.requests).toEqual([]);
  });
});
