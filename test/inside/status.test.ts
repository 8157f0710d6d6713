import { mkdtempSync, rmSync } from "node:fs";
import { once } from "node:events";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { encodeFrame } from "../../src/bridge/transport/codec.ts";
import { listenForSynapse, type CallbacksSocket } from "../../src/inside/listen.ts";
import { askInsideStatus } from "../../src/inside/status/ask-status.ts";
import { VERSION } from "../../src/version.ts";
import { captureLog, type CapturedLog } from "../support/captured-log.ts";
import { ConnectedSynapse, type ModuleEntry } from "./connected-synapse.ts";

const WAITING = fileURLToPath(new URL("../fixtures/inside/waiting.ts", import.meta.url));
const ALLOWED = "is_user_allowed_to_upload_media_of_size";

let folder: string;
let path: string;
let log: CapturedLog;
let listening: CallbacksSocket;
let stops: (() => unknown)[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "media-bridge-inside-status-"));
  path = join(folder, "callbacks.sock");
  log = captureLog();
  listening = await listenForSynapse(path, log, { openShadows: () => Promise.reject(new Error("no shadows")) });
  stops = [() => listening.stop()];
});
afterEach(async () => {
  for (const stop of stops.toReversed()) await stop();
  rmSync(folder, { recursive: true, force: true });
});

const entry: ModuleEntry = { typescript: WAITING, config: "" };

async function connected(until?: string): Promise<{ synapse: ConnectedSynapse; isSetUp: Promise<unknown> }> {
  const synapse = await ConnectedSynapse.connect(path);
  stops.push(() => synapse.leave());
  const config = JSON.stringify({ notes: join(folder, "notes"), name: "only", until });
  await synapse.initialize([{ ...entry, config }, { python: "a.Python" }]);
  return { synapse, isSetUp: synapse.setUp() };
}

/** A program that sends these bytes to each connection. */
async function another(bytes: Buffer): Promise<string> {
  const other = join(folder, "other.sock");
  const server = createServer((socket) => socket.on("error", () => undefined).write(bytes)).listen(other);
  await once(server, "listening");
  stops.push(() => server.close());
  return other;
}

const hello = (facts: object) => encodeFrame([2, "hello", facts]);

describe("The status of media-bridge callbacks", () => {
  test("has no callbacks where no Synapse is connected", async () => {
    expect(await askInsideStatus(path)).toMatchObject({
      version: VERSION,
      pid: process.pid,
      synapses: [],
      modules: [],
      chains: [],
      shadows: [],
    });
  });

  test("counts what all Synapse processes asked, and counts on where one of them comes again", async () => {
    const [first, second] = [await connected(), await connected()];
    await Promise.all([first.isSetUp, second.isSetUp]);
    await first.synapse.run(100);
    await second.synapse.run(101);
    const status = await askInsideStatus(path);
    const synapse = { pid: process.pid, state: "ready", underWay: 0 };
    expect(status.synapses).toMatchObject([synapse, synapse]);
    expect(status.modules).toEqual([
      { name: "waiting", language: "typescript", file: WAITING },
      { name: "a.Python", language: "python", file: null },
    ]);
    const micros = expect.any(Number) as number;
    expect(status.chains).toEqual([
      {
        callback: ALLOWED,
        slots: [
          {
            module: "waiting",
            isEnforced: true,
            asked: 2,
            continued: 1,
            stopped: 1,
            failed: 0,
            late: 0,
            unavailable: 0,
            micros: { p50: micros, p95: micros, p99: micros },
            lastMicros: [micros, micros],
          },
        ],
      },
    ]);
    first.synapse.leave();
    second.synapse.leave();
    await vi.waitFor(async () => expect((await askInsideStatus(path)).synapses).toEqual([]));
    const third = await connected();
    await third.isSetUp;
    await third.synapse.run(100);
    expect((await askInsideStatus(path)).chains[0]?.slots).toMatchObject([{ asked: 3, continued: 2 }]);
  });

  test("tells a Synapse whose modules are not set up yet", async () => {
    const { isSetUp } = await connected(join(folder, "go"));
    // It ends with the connection.
    isSetUp.catch(() => undefined);
    expect(await askInsideStatus(path)).toMatchObject({ synapses: [{ state: "loading" }], chains: [] });
  });

  test("is not taken for a Synapse that has left", async () => {
    await askInsideStatus(path);
    await listening.stop();
    expect(log.lines).toEqual([]);
  });
});

describe("Where the status of media-bridge callbacks cannot be had, the error says that", () => {
  test("nothing listens", async () => {
    await expect(askInsideStatus(join(folder, "none.sock"))).rejects.toMatchObject({
      code: "LISTEN",
      message: `${join(folder, "none.sock")}: no media-bridge callbacks listens there`,
    });
  });

  test.each([
    ["another program's greeting", hello({ magic: "another", version: "1" })],
    ["no frames", Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n")],
  ])("another program listens, by %s", async (_what, bytes) => {
    const other = await another(bytes);
    await expect(askInsideStatus(other)).rejects.toThrow("what listens there is not media-bridge callbacks");
  });

  test("it is of a release that says other things", async () => {
    const facts = { magic: "synapse-media-bridge-callbacks", version: "9.0.0" };
    const other = await another(Buffer.concat([hello(facts), encodeFrame([1, 1, null, { pid: 7 }])]));
    const problem = `media-bridge callbacks 9.0.0 runs there, and this command, ${VERSION}, cannot read its status`;
    await expect(askInsideStatus(other)).rejects.toThrow(problem);
  });

  test("it answers without a greeting", async () => {
    const other = await another(encodeFrame([1, 1, null, { pid: 7 }]));
    await expect(askInsideStatus(other)).rejects.toThrow("media-bridge callbacks of an unknown release runs there");
  });

  test("it is of an older release", async () => {
    const unknown = { kind: "protocol", type: "UnknownMethod", message: "there is no such method" };
    const facts = { magic: "synapse-media-bridge-callbacks", version: "0.0.1" };
    const other = await another(Buffer.concat([hello(facts), encodeFrame([1, 1, unknown, null])]));
    await expect(askInsideStatus(other)).rejects.toThrow("media-bridge callbacks 0.0.1 runs there, which is older");
  });
});
