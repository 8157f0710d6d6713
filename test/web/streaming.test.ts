import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { request, type ClientRequest, type IncomingMessage } from "node:http";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import type { TestService } from "../support/service.ts";
import { begin, python, startWith } from "./service.ts";

const SIZE = 50 * 2 ** 20;
const PIECE = Buffer.alloc(256 * 1024, "x");
const SAMPLED = 10 * 2 ** 20;
const MAX_GROWTH = 24 * 2 ** 20;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const PATHS = { "/upload": "upload", "/stream": "stream", "/wait": "wait", "/leaf": "leaf" };

test.each([true, false])(
  "A body of 50 MiB flows to a resource in Python, with a length: %s",
  async (hasLength) => {
    const service = await startWith([python(PATHS)]);
    const pid = await pidOf(service);
    const [ours, theirs] = [ourMemory(), peakOf(pid)];
    const outgoing = request(`${service.url}/upload`, {
      method: "PUT",
      ...(hasLength && { headers: { "Content-Length": SIZE } }),
    });
    const hash = createHash("sha256");
    let growth = 0;
    for (let sent = 0; sent < SIZE; sent += PIECE.length) {
      hash.update(PIECE);
      if (!outgoing.write(PIECE)) await once(outgoing, "drain");
      if (sent % SAMPLED === 0) growth = Math.max(growth, ourMemory() - ours);
    }
    outgoing.end();
    expect(JSON.parse(await textOf(await responseTo(outgoing)))).toMatchObject({
      length: SIZE,
      sha256: hash.digest("hex"),
    });
    expect(growth).toBeLessThan(MAX_GROWTH);
    expect(peakOf(pid) - theirs).toBeLessThan(MAX_GROWTH);
  },
  60_000,
);

test.each(["known", "unknown"])(
  "An answer of 50 MiB flows back, its length %s",
  async (length) => {
    const service = await startWith([python(PATHS)]);
    const pid = await pidOf(service);
    const [ours, theirs] = [ourMemory(), peakOf(pid)];
    const response = await begin(service, `/stream?bytes=${SIZE}&length=${length}`);
    expect(response.headers["content-length"]).toBe(length === "known" ? String(SIZE) : undefined);
    let [received, growth] = [0, 0];
    for await (const chunk of response) {
      const before = Math.floor(received / SAMPLED);
      received += (chunk as Buffer).length;
      if (Math.floor(received / SAMPLED) > before) growth = Math.max(growth, ourMemory() - ours);
    }
    expect(received).toBe(SIZE);
    expect(growth).toBeLessThan(MAX_GROWTH);
    expect(peakOf(pid) - theirs).toBeLessThan(MAX_GROWTH);
  },
  60_000,
);

test("A client that does not read holds the resource back; one that leaves ends its request", async () => {
  const service = await startWith([python(PATHS)]);
  const response = await begin(service, `/stream?bytes=${SIZE}`);
  const paused = await service.log.waitFor(({ message }) => message.startsWith("paused after"));
  expect(Number(/\d+/.exec(paused.message)?.[0])).toBeLessThan(8 * 2 ** 20);
  response.destroy();
  await service.log.waitFor(({ message }) => message.startsWith("stopped after"));
});

test("A client that leaves before there is an answer ends its request in Python", async () => {
  const service = await startWith([python(PATHS)]);
  const outgoing = request(`${service.url}/wait`).end();
  outgoing.on("error", () => undefined);
  await service.log.waitFor(({ message }) => message === "waiting");
  outgoing.destroy();
  const left = await service.log.waitFor(({ message }) => message.startsWith("the client left"));
  expect(left.facts).toMatchObject({ module: "web_resources.WebResources", request: expect.any(Number) });
  const line = await service.log.waitFor(({ facts }) => facts["route"] === "/wait");
  expect(line.facts["aborted"]).toBe(true);
});

test("A client that leaves in the middle of its body leaves nothing behind", async () => {
  const service = await startWith([python(PATHS)]);
  const outgoing = request(`${service.url}/upload`, { method: "PUT", headers: { "Content-Length": SIZE } });
  outgoing.on("error", () => undefined);
  await new Promise<void>((resolve) => outgoing.write(PIECE, () => resolve()));
  outgoing.destroy();
  await service.log.waitFor(({ facts }) => facts["route"] === "/upload");
  expect(await pidOf(service)).toBeGreaterThan(0);
});

test("A body that stalls is answered 408, one without a length that grows too large 413", async () => {
  const service = await startWith([python(PATHS)], {
    config: { max_upload_size: "1M" },
    mediaBridge: { upload: { idle_timeout: 200 } },
  });
  const stalled = request(`${service.url}/upload`, { method: "PUT", headers: { "Content-Length": 100 } });
  stalled.write("x");
  const refused = await responseTo(stalled);
  expect([refused.statusCode, await textOf(refused)]).toEqual([408, expect.stringContaining("M_UNKNOWN")]);
  const large = request(`${service.url}/upload`, { method: "PUT" });
  large.on("error", () => undefined);
  const answered = responseTo(large);
  for (let sent = 0; sent < 14 * 2 ** 20 && !large.destroyed; sent += PIECE.length) {
    if (!large.write(PIECE)) await Promise.race([once(large, "drain"), answered]);
  }
  large.end();
  const answer = await answered;
  expect([answer.statusCode, await textOf(answer)]).toEqual([413, expect.stringContaining("M_TOO_LARGE")]);
});

async function responseTo(outgoing: ClientRequest): Promise<IncomingMessage> {
  const [response] = (await once(outgoing, "response")) as [IncomingMessage];
  return response;
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

async function pidOf(service: TestService): Promise<number> {
  const { pid } = (await (await service.request("/leaf")).json()) as { pid: number };
  return pid;
}

/** Bytes outside the heap that are in use: where bodies are. */
function ourMemory(): number {
  // The second one waits until the first has given back what it found.
  collectGarbage();
  collectGarbage();
  const { external, arrayBuffers } = process.memoryUsage();
  return external + arrayBuffers;
}

/** The most memory that a process has had so far, in bytes. */
function peakOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}
