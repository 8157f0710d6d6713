import { once } from "node:events";
import { createServer, request, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { createStatusHandler } from "../../../src/status/page/status-handler.ts";
import type { ServiceStatus } from "../../../src/status/service-status.ts";
import { captureLog } from "../../support/captured-log.ts";
import { sampleStatus } from "../sample-status.ts";

const servers: { close(): void }[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.close()));

async function serve(read: () => Promise<ServiceStatus | undefined>, nowMs = () => 0) {
  const log = captureLog();
  const handler = createStatusHandler({ read, log, nowMs, boundHost: "127.0.0.1", hosts: [] });
  const server = createServer(handler).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const ask = (path: string, headers: Record<string, string> = {}, method = "GET") =>
    new Promise<{ status: number; headers: IncomingHttpHeaders; text: string }>((resolve, reject) => {
      const asked = request({ host: "127.0.0.1", port, path, method, headers, agent: false }, (answer) => {
        let text = "";
        answer.on("data", (chunk: Buffer) => (text += chunk.toString()));
        answer.on("end", () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
      });
      asked.on("error", reject).end();
    });
  return { ask, log, port };
}

test("A thousand requests at once read the status once, and again when a second has passed", async () => {
  let reads = 0;
  let nowMs = 0;
  const { ask } = await serve(
    async () => {
      reads += 1;
      return sampleStatus();
    },
    () => nowMs,
  );
  const answers = await Promise.all(Array.from({ length: 1000 }, (_, index) => ask(index % 2 ? "/" : "/status.json")));
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  expect(reads).toBe(1);
  nowMs = 999;
  await ask("/");
  expect(reads).toBe(1);
  nowMs = 1000;
  await ask("/");
  expect(reads).toBe(2);
});

test("A status that takes longer than a second to read is not read a second time meanwhile", async () => {
  let reads = 0;
  let nowMs = 0;
  const reading = Promise.withResolvers<ServiceStatus>();
  const { ask } = await serve(
    () => {
      reads += 1;
      return reading.promise;
    },
    () => (nowMs += 5_000),
  );
  const asked = Array.from({ length: 20 }, () => ask("/status.json"));
  await ask("/elsewhere");
  reading.resolve(sampleStatus());
  expect((await Promise.all(asked)).every(({ status }) => status === 200)).toBe(true);
  expect(reads).toBe(1);
});

test("Another Host gets 421 at every path, and nothing of the status", async () => {
  const { ask, port } = await serve(async () => sampleStatus());
  for (const path of ["/", "/status", "/status.json", "/elsewhere"]) {
    const { status, text } = await ask(path, { Host: `evil.example:${port}` });
    expect(status).toBe(421);
    expect(text).not.toContain("example.test");
  }
  expect((await ask("/status.json", { Host: `localhost:${port}` })).status).toBe(200);
});

test.each([
  { "Sec-Fetch-Site": "cross-site" },
  { "Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "script" },
  { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe" },
])("What a page of another origin loads or frames gets 403 and nothing of the status: %j", async (headers) => {
  const { ask } = await serve(async () => sampleStatus());
  for (const path of ["/", "/status.json"]) {
    const { status, text } = await ask(path, headers);
    expect(status).toBe(403);
    expect(text).not.toContain("example.test");
  }
});

test.each([
  { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document" },
  { "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty" },
  { "Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document" },
])("A person who opens the page or follows a link to it reads it, and another page does not: %j", async (headers) => {
  const { ask } = await serve(async () => sampleStatus());
  const answer = await ask("/status.json", headers);
  expect(answer.status).toBe(200);
  expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
  expect(answer.headers["cross-origin-resource-policy"]).toBe("same-origin");
});

test("The page allows its own style and nothing else, and what a module words is text in it", async () => {
  const [chain] = sampleStatus().chains;
  const chains = [
    { callback: chain?.callback ?? "", slots: (chain?.slots ?? []).map((slot) => ({ ...slot, module: "<script>x" })) },
  ];
  const { ask } = await serve(async () => ({ ...sampleStatus(), chains }));
  const { headers, text } = await ask("/");
  expect(headers["content-security-policy"]).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]+'; /);
  expect(headers["cache-control"]).toBe("no-store");
  expect(text).toContain("&lt;script&gt;x");
  expect(text).not.toContain("<script");
});

test("Before the service serves the answer is 503, a failure is 500 and logged, and other paths and methods are refused", async () => {
  const starting = await serve(async () => undefined);
  expect(await starting.ask("/")).toMatchObject({ status: 503, text: "the service is still starting\n" });
  expect((await starting.ask("/elsewhere")).status).toBe(404);
  expect((await starting.ask("/", {}, "POST")).status).toBe(405);
  const failing = await serve(() => Promise.reject(new Error("s3cr3t")));
  const { status, text } = await failing.ask("/");
  expect(status).toBe(500);
  expect(text).not.toContain("s3cr3t");
  await failing.log.waitFor(({ message }) => message === "the status cannot be shown");
});

test("HEAD gets the head alone", async () => {
  const { ask } = await serve(async () => sampleStatus());
  const [head, get] = [await ask("/", {}, "HEAD"), await ask("/")];
  expect([head.status, head.text]).toEqual([200, ""]);
  expect(head.headers["content-length"]).toBe(get.headers["content-length"]);
});
