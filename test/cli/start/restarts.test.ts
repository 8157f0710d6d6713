import { once } from "node:events";
import { Agent, request, type IncomingMessage, type RequestOptions } from "node:http";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startActivated, type ActivatedService } from "../../support/activated-service.ts";
import { CliFolder } from "../../support/cli.ts";

const RESTARTS = 50;
const SMALL_BYTES = 2_000;
const LARGE_BYTES = 600_000;
const HEAD = { Authorization: "Bearer token-of-alice", "Content-Type": "text/plain" };

let folder: CliFolder;
let service: ActivatedService;

beforeAll(async () => {
  folder = new CliFolder();
  service = await startActivated(folder.path, folder.config);
});
afterAll(() => service.stop());

/** One upload; rejects where it is not stored, with what the client saw. */
async function upload(sizeBytes: number, options: RequestOptions): Promise<void> {
  const sent = request({
    port: service.port,
    host: "127.0.0.1",
    method: "POST",
    path: "/_matrix/media/v3/upload",
    headers: { ...HEAD, "Content-Length": sizeBytes },
    ...options,
  });
  sent.end(Buffer.alloc(sizeBytes, 7));
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  const text = Buffer.concat(await response.toArray()).toString();
  if (!text.includes("content_uri")) throw new Error(`${response.statusCode} ${text}`);
}

/** Has uploads use one connection after each other, for as long as it is kept. */
function kept(): { agent: Agent } {
  return { agent: new Agent({ keepAlive: true, maxSockets: 1 }) };
}

/** A connection on which nothing has been sent yet. */
async function openConnection(): Promise<Socket> {
  const socket = connect(service.port, "127.0.0.1");
  await once(socket, "connect");
  return socket;
}

/** The whole answer to a request on a connection that the service closes behind it. */
async function askOn(socket: Socket): Promise<string> {
  socket.write(
    "GET /_matrix/client/v1/media/config HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer token-of-alice\r\n\r\n",
  );
  return Buffer.concat((await socket.toArray()) as Buffer[]).toString();
}

test("Fifty restarts under uploads refuse none of them and fail none: not on new connections, not on kept ones, not on idle ones that are used at the very moment", async () => {
  const over = new AbortController();
  let uploads = 0;
  const statuses: number[] = [];
  const problems: string[] = [];
  const tell = (what: string) => (error: unknown) => void problems.push(`${what}: ${String(error)}`);
  const uploadAlways = async (what: string, sizeBytes: number, options: RequestOptions) => {
    while (!over.signal.aborted) {
      await upload(sizeBytes, options).catch(tell(what));
      uploads += 1;
    }
  };
  const clients = [
    uploadAlways("new connection", SMALL_BYTES, { agent: false }),
    uploadAlways("new connection, large", LARGE_BYTES, { agent: false }),
    uploadAlways("kept connection", SMALL_BYTES, kept()),
    uploadAlways("kept connection, large", LARGE_BYTES, kept()),
  ];
  const idle = kept();
  for (let turn = 0; turn < RESTARTS; turn += 1) {
    await upload(SMALL_BYTES, idle).catch(tell("before"));
    const unused = await openConnection();
    // The service has accepted it: it accepts in order, and has answered one that came later.
    await upload(SMALL_BYTES, { agent: false }).catch(tell("before"));
    const { stopping, ready } = service.beginRestart();
    const [answer] = await Promise.all([
      stopping.then(() => askOn(unused)).catch((error: unknown) => String(error)),
      upload(SMALL_BYTES, idle).catch(tell("idle connection")),
      upload(SMALL_BYTES, { agent: false }).catch(tell("while it stops")),
    ]);
    if (!/^HTTP\/1\.1 200 [^]*\r\nConnection: close\r\n/.test(answer)) problems.push(`unused connection: ${answer}`);
    uploads += 4;
    statuses.push(await ready);
  }
  over.abort();
  await Promise.all(clients);
  idle.agent.destroy();
  expect(problems).toEqual([]);
  expect(statuses).toEqual(Array.from({ length: RESTARTS }, () => 0));
  expect(uploads).toBeGreaterThan(RESTARTS * 4);
  const database = new Database(join(folder.path, "data", "media.db"), { readonly: true });
  const rows = database.prepare("select count(*) from local_media_repository where media_length > 0").pluck().get();
  database.close();
  expect(rows).toBe(uploads);
}, 300_000);

test("A connection on which nothing comes is closed, and does not hold up the restart for the whole grace", async () => {
  const silent = await openConnection();
  await upload(SMALL_BYTES, { agent: false });
  const closed = once(silent.resume(), "close");
  expect(await service.restart()).toBe(0);
  await closed;
  await upload(SMALL_BYTES, { agent: false });
});

test("An upload whose body takes its time is finished by the process that took it, and its answer closes the connection", async () => {
  const slow = request({ port: service.port, host: "127.0.0.1", method: "POST", path: "/_matrix/media/v3/upload", headers: { ...HEAD, "Content-Length": 10, Expect: "100-continue" }, agent: new Agent({ keepAlive: true }) }); // prettier-ignore
  const answered = once(slow, "response") as Promise<[IncomingMessage]>;
  // It has been accepted: this process asks for the body.
  const asked = once(slow, "continue");
  slow.flushHeaders();
  await asked;
  slow.write("hello");
  const { stopping, ready } = service.beginRestart();
  await stopping;
  slow.end("world");
  const [response] = await answered;
  response.resume();
  expect([response.statusCode, response.headers.connection]).toEqual([200, "close"]);
  expect(await ready).toBe(0);
});
