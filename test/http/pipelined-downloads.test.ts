import { readdirSync, readlinkSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, onTestFinished, test, vi } from "vitest";
import { startTestService, type TestService } from "../support/service.ts";
import { startGuard } from "../guard/support/guard-service.ts";
import { RawConnection } from "./support/raw-connection.ts";

const SIZE = 8_000_000;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const download = (mediaId: string) =>
  `GET /_matrix/client/v1/media/download/example.test/${mediaId} HTTP/1.1\r\nHost: example.test\r\nAuthorization: Bearer token-of-alice\r\n\r\n`;

/** How many descriptors this process has on files of the service's store. */
function openFiles({ folder }: TestService): number {
  return readdirSync("/proc/self/fd").filter((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`).startsWith(`${folder}/media/`);
    } catch {
      return false;
    }
  }).length;
}

/** Bytes that are held outside the heap: where pieces of files are. */
function externalBytes(): number {
  collectGarbage();
  collectGarbage();
  const { external, arrayBuffers } = process.memoryUsage();
  return external + arrayBuffers;
}

async function startWithFile(): Promise<{ service: TestService; mediaId: string }> {
  const service = await startTestService();
  onTestFinished(() => service.stop());
  return { service, mediaId: await service.upload(new Uint8Array(SIZE)) };
}

test("600 downloads that are pipelined on a connection hold one file open and little memory, and come one by one", async () => {
  const { service, mediaId } = await startWithFile();
  const before = externalBytes();
  const connection = await RawConnection.open(service.port);
  connection.socket.pause();
  connection.socket.write(download(mediaId).repeat(600));
  await vi.waitFor(() => expect(openFiles(service)).toBe(1));
  // Another client's answer: what was written before has been read.
  await service.request("/health");
  expect(openFiles(service)).toBe(1);
  expect(externalBytes() - before).toBeLessThan(SIZE);
  let received = 0;
  connection.socket.removeAllListeners("data").on("data", (chunk: Buffer) => (received += chunk.length));
  connection.socket.resume();
  await vi.waitFor(() => expect(received).toBeGreaterThan(10 * SIZE), 10_000);
  connection.socket.destroy();
  await vi.waitFor(() => expect(openFiles(service)).toBe(0));
});

test("Connections that are reset with pipelined downloads on them leave no file open, and a reload lets the modules before it go", async () => {
  const { service, mediaId } = await startWithFile();
  const connections = await Promise.all(Array.from({ length: 6 }, () => RawConnection.open(service.port)));
  for (const connection of connections) {
    connection.socket.pause();
    connection.socket.write(download(mediaId).repeat(600));
  }
  await vi.waitFor(() => expect(openFiles(service)).toBe(6));
  for (const connection of connections) connection.socket.resetAndDestroy();
  await vi.waitFor(() => expect(openFiles(service)).toBe(0), 10_000);
  await service.reload([]);
  await service.log.waitFor(({ message }) => message === "the modules that the reload replaced have ended");
});

test("A service whose clients reset their pipelined requests stops without waiting for any of them", async () => {
  const service = await startTestService();
  const health = "GET /health HTTP/1.1\r\nHost: example.test\r\n\r\n".repeat(200);
  for (let round = 0; round < 20; round += 1) {
    const connection = await RawConnection.open(service.port);
    await connection.write(health);
    connection.socket.resetAndDestroy();
  }
  await service.request("/health");
  await service.stop();
  expect(service.log.lines.map(({ message }) => message)).not.toContain(
    "the grace is over: requests that are still under way are cut short",
  );
});

test("300 requests that are pipelined through a guard reach Synapse one by one, and those whose client has left never do", async () => {
  const guard = await startGuard();
  onTestFinished(() => guard.stop());
  let underWay = 0;
  guard.synapse.behave = (_req, res) => {
    underWay += 1;
    res.once("close", () => (underWay -= 1));
  };
  const connection = await RawConnection.open(guard.service.port);
  await connection.write(download("abc").repeat(300));
  await guard.synapse.seen(() => true);
  await guard.service.request("/health");
  expect([guard.synapse.requests.length, underWay]).toEqual([1, 1]);
  connection.socket.resetAndDestroy();
  await vi.waitFor(() => expect(underWay).toBe(0), 10_000);
  expect(guard.synapse.requests).toHaveLength(1);
});
