import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import type { FaultOptions, FaultResult } from "../program.ts";
import { createFolder, removeFolder, SERVER_NAME, writeFaultConfig } from "../support/folder.ts";
import { ROOT } from "../support/root.ts";
import { type FaultyService, startFaultyService } from "../support/service.ts";

/** How many connections there are, at most as many as a process may have files open. */
const CONNECTIONS = 10_000;
const SHORT_CONNECTIONS = 1_000;
/** How many are opened at a time: the queue of a listening socket is not endless. */
const AT_ONCE = 100;
/** What a connection may cost the service. Half of them have sent a request before. */
const MOST_BYTES_EACH = 30_000;
/** What a service takes for its first requests, whatever the connections. */
const SLACK_BYTES = 30_000_000;
/** Requests of all kinds while the others are idle. */
const ROUNDS = 5;
const HEALTH = Buffer.from("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");

/** Thousands of clients that connect and say nothing, or nothing more: others are served, and memory is bounded. */
export async function runIdleConnections({ short, note }: FaultOptions): Promise<FaultResult> {
  const result = { passed: 0, failed: 0 };
  const check = (isRight: boolean, wrong: () => string) => {
    if (isRight) result.passed += 1;
    else {
      result.failed += 1;
      note(wrong());
    }
  };
  const folder = createFolder();
  try {
    const service = await startFaultyService(writeFaultConfig(folder));
    await useService(service, check);
    const count = short ? SHORT_CONNECTIONS : CONNECTIONS;
    const before = residentBytes(service.pid);
    const sockets = await openIdle(new URL(service.url), count);
    for (let round = 0; round < ROUNDS; round += 1) await useService(service, check);
    const open = sockets.filter(({ destroyed, readableEnded }) => !destroyed && !readableEnded).length;
    check(open === count, () => `of ${count} idle connections ${count - open} were closed under others' requests`);
    const grownBytes = residentBytes(service.pid) - before;
    const most = SLACK_BYTES + count * MOST_BYTES_EACH;
    check(grownBytes < most, () => `${count} idle connections took ${grownBytes} bytes`);
    if (!short) note(`${count} idle connections took ${Math.round(grownBytes / count)} bytes each`);
    const status = await service.end("SIGTERM");
    check(status === 0, () => `the service ended with ${status}:\n${service.output()}`);
    for (const socket of sockets) socket.destroy();
  } finally {
    removeFolder(folder);
  }
  return result;
}

/** Opens connections, of which every other one sends a request and is kept. */
async function openIdle({ hostname, port }: URL, count: number): Promise<Socket[]> {
  const sockets: Socket[] = [];
  while (sockets.length < count) {
    const opened = await Promise.all(Array.from({ length: AT_ONCE }, () => openOne(hostname, Number(port))));
    await Promise.all(opened.filter((_, index) => index % 2 === 0).map(askOnce));
    sockets.push(...opened);
  }
  return sockets;
}

async function openOne(host: string, port: number): Promise<Socket> {
  const socket = connect({ host, port });
  // Its end is looked at, whatever it was.
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return socket;
}

async function askOnce(socket: Socket): Promise<void> {
  socket.write(HEALTH);
  await once(socket, "data");
}

/** Uploads a picture, downloads it, and has a thumbnail made of it. */
async function useService(
  service: FaultyService,
  check: (isRight: boolean, wrong: () => string) => void,
): Promise<void> {
  const body = readFileSync(join(ROOT, "test/fixtures/pictures/jpeg-small.jpg"));
  const headers = { "Content-Type": "image/jpeg" };
  const uploaded = await service.request("/_matrix/media/v3/upload", { method: "POST", body, headers });
  const { content_uri: uri = "" } = (await uploaded.json()) as { content_uri?: string };
  check(uploaded.status === 200, () => `an upload is answered ${uploaded.status}`);
  const path = `${SERVER_NAME}/${uri.split("/").at(-1)}`;
  for (const rest of [`download/${path}`, `thumbnail/${path}?width=32&height=32&method=crop`]) {
    const answer = await service.request(`/_matrix/client/v1/media/${rest}`);
    await answer.arrayBuffer();
    check(answer.status === 200, () => `${rest} is answered ${answer.status}`);
  }
}

function residentBytes(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "latin1")) ?? [];
  return Number(kilobytes) * 1024;
}
