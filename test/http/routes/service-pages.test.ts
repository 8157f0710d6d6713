import { once } from "node:events";
import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestService, type TestService } from "../../support/service.ts";
import { portOf } from "../support/bodies.ts";
import { CORS } from "../facts/case.ts";
import { openGate, type Gate } from "../support/gate.ts";

const LIMIT_PAGE = "/_synapse/client/media_upload_limit_exceeded";
const post = { method: "POST", as: "alice" } as const;

let service: TestService;
let gate: Gate;
let metricsPort: number;

beforeAll(async () => {
  gate = await openGate();
  metricsPort = await freePort();
  service = await startTestService({
    config: {
      max_upload_size: 1000,
      media_upload_limits: [{ time_period: "1h", max_size: 600 }],
      modules: [gate.module],
    },
    mediaBridge: { metrics: { host: "127.0.0.1", port: metricsPort } },
  });
});
afterAll(async () => {
  await service.stop();
  await gate.stop();
});

describe("/health", () => {
  test("is 200 once the service answers, for anybody, HEAD included", async () => {
    const response = await service.request("/health");
    expect([response.status, await response.text()]).toEqual([200, "OK"]);
    expect((await service.request("/health", { method: "HEAD" })).status).toBe(200);
    expect((await service.request("/health", { method: "POST" })).status).toBe(405);
  });
});

describe("the page about a limit", () => {
  test("is what a refusal points to, and a page that anybody may read", async () => {
    gate.always(true);
    const refusal = await service.request("/_matrix/media/v3/upload", { ...post, body: "x".repeat(601) });
    expect([refusal.status, await refusal.json()]).toMatchObject([
      403,
      { errcode: "M_USER_LIMIT_EXCEEDED", info_uri: `https://example.test${LIMIT_PAGE}` },
    ]);
    const page = await service.request(LIMIT_PAGE);
    expect([page.status, page.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    expect(page.headers.get("content-security-policy")).toBe("default-src 'none'; frame-ancestors 'none'");
    expect(page.headers.get("access-control-allow-origin")).toBe(CORS["access-control-allow-origin"]);
    expect(await page.text()).toContain("Upload limit reached");
  });
});

describe("the metrics", () => {
  test("count callbacks by outcome, uploads, their bytes, and refusals by reason", async () => {
    const before = await readMetrics();
    gate.always(true);
    await service.upload("12345");
    await service.request("/_matrix/media/v3/upload", { ...post, body: "x".repeat(1001) });
    await service.request("/_matrix/media/v3/upload", { ...post, body: "x".repeat(700) });
    gate.always(false);
    await service.request("/_matrix/media/v3/upload", { ...post, body: "x" });
    const after = await readMetrics();
    const grown = (name: string) => (after.get(name) ?? 0) - (before.get(name) ?? 0);
    const callback = 'callback="is_user_allowed_to_upload_media_of_size",module="gate"';
    expect(grown("media_bridge_uploads_total")).toBe(1);
    expect(grown("media_bridge_upload_bytes_total")).toBe(5);
    expect(grown('media_bridge_uploads_refused_total{reason="UPLOAD_TOO_LARGE"}')).toBe(2);
    expect(grown('media_bridge_uploads_refused_total{reason="LIMIT_EXCEEDED"}')).toBe(1);
    expect(grown(`media_bridge_callback_duration_seconds_count{${callback}}`)).toBe(3);
    const outcomes = [...after.keys()].filter((name) => name.startsWith(`media_bridge_callbacks_total{${callback}`));
    expect(outcomes.reduce((sum, name) => sum + grown(name), 0)).toBe(3);
    expect(outcomes.filter((name) => grown(name) > 0)).toHaveLength(2);
  });

  test("are not for those who reach the service itself, and nothing else is for who reaches them", async () => {
    expect((await service.request("/metrics")).status).toBe(404);
    expect((await fetch(`http://127.0.0.1:${metricsPort}/health`)).status).toBe(404);
  });
});

async function readMetrics(): Promise<Map<string, number>> {
  const response = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
  expect(response.headers.get("content-type")).toContain("text/plain");
  const lines = (await response.text()).split("\n").filter((line) => line.startsWith("media_bridge_"));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ")))]),
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}
