import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { listenForSynapse, type CallbacksSocket } from "../../src/inside/listen.ts";
import { captureLog, type CapturedLog } from "../support/captured-log.ts";
import { ConnectedSynapse, type ModuleEntry } from "./connected-synapse.ts";

const WAITING = fileURLToPath(new URL("../fixtures/inside/waiting.ts", import.meta.url));

const openShadows = () => Promise.reject(new Error("there are no shadows"));

let folder: string;
let path: string;
let log: CapturedLog;
let listening: CallbacksSocket;
let connected: ConnectedSynapse[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "media-bridge-callbacks-"));
  path = join(folder, "callbacks.sock");
  log = captureLog();
  connected = [];
  listening = await listenForSynapse(path, log, { openShadows });
});
afterEach(async () => {
  for (const synapse of connected) synapse.leave();
  await listening.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function connect(): Promise<ConnectedSynapse> {
  const synapse = await ConnectedSynapse.connect(path);
  connected.push(synapse);
  return synapse;
}

async function start(modules = [waiting("only")]): Promise<ConnectedSynapse> {
  const synapse = await connect();
  await synapse.initialize(modules);
  await synapse.setUp();
  return synapse;
}

function waiting(name: string, until?: string): ModuleEntry {
  return { typescript: WAITING, config: JSON.stringify({ notes: join(folder, "notes"), name, until }) };
}

function notes(): string[] {
  const file = join(folder, "notes");
  return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
}

const ALLOWED = [[null, null, [expect.any(Number) as number]]];
const DENIED = [[0, null, [["stop", expect.any(Number) as number, null, null, null]]]];

describe("The socket of media-bridge callbacks", () => {
  test("is for the user alone who runs it, since a process that connects names the files that are loaded", () => {
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test("answers each callback by its number", async () => {
    const synapse = await start();
    expect([await synapse.run(100), await synapse.run(101)]).toEqual([ALLOWED, DENIED]);
  });

  test.each([
    ["a number that no callback has", 1, { slot: 1 }],
    ["a number that is not one", 1, { slot: "0" }],
    ["a negative number", 1, { slot: -1 }],
    ["another kind of callback", 1, { kind: "get_media_config_for_user" }],
    ["a kind that Synapse does not have", 1, { kind: "on_media_deleted" }],
    ["a kind of every object", 1, { kind: "constructor" }],
    ["a size that is no number", "1", {}],
    ["a size without an end", Number.POSITIVE_INFINITY, {}],
  ])("refuses %s, and answers the next question", async (_what, size, options) => {
    const synapse = await start();
    await expect(synapse.run(size, options)).rejects.toThrow(/./);
    expect(await synapse.run(100)).toEqual(ALLOWED);
  });

  test.each([
    [null],
    [[]],
    [[false, [null], null, null]],
    [[false, [["is_user_allowed_to_upload_media_of_size", 0, [], 1]], null, null]],
    [{ steps: [] }],
  ])("refuses the params %j of a run", async (params) => {
    const synapse = await start();
    await expect(synapse.connection.request("run", params)).rejects.toThrow(/malformed params/);
    expect(await synapse.run(100)).toEqual(ALLOWED);
  });

  test("refuses a step out of its turn", async () => {
    const synapse = await connect();
    await expect(synapse.run(1)).rejects.toThrow(/have ended/);
    await expect(synapse.setUp()).rejects.toThrow(/out of turn/);
    await synapse.initialize([waiting("only")]);
    await expect(synapse.initialize([waiting("only")])).rejects.toThrow(/sent twice/);
    await synapse.setUp();
    await expect(synapse.setUp()).rejects.toThrow(/out of turn/);
    expect(await synapse.run(100)).toEqual(ALLOWED);
  });

  test.each([
    ["a frame of 4 GiB", Buffer.from("ffffffff", "hex")],
    ["bytes that are no message", Buffer.from("00000001c1", "hex")],
    ["a message of another shape", Buffer.from("0000000103", "hex")],
  ])("ends a connection that sends %s, and serves the others", async (_what, bytes) => {
    const [hostile, other] = [await start(), await start()];
    hostile.channel.write(bytes);
    await hostile.connection.closed;
    expect(await other.run(100)).toEqual(ALLOWED);
  });

  test("refuses another configuration while the first is in use, and takes it afterwards", async () => {
    const one = await start([waiting("one")]);
    const two = await connect();
    expect(await two.initialize([waiting("two")])).toMatchObject({
      failed: { kind: "configuration", message: expect.stringContaining("a socket of its own") as string },
    });
    one.leave();
    await log.waitFor(({ message }) => message === "Synapse has left");
    await vi.waitFor(async () => {
      const next = await connect();
      expect(await next.initialize([waiting("two")])).toHaveProperty("modules");
    });
  });

  test("closes a connection that does not say in time which modules it has, and keeps one that did", async () => {
    const other = join(folder, "impatient.sock");
    const impatient = await listenForSynapse(other, log, { openShadows, initializeWithinMs: 500 });
    const [silent, wrong, right] = [
      await ConnectedSynapse.connect(other),
      await ConnectedSynapse.connect(other),
      await ConnectedSynapse.connect(other),
    ];
    connected.push(silent, wrong, right);
    await right.initialize([waiting("only")]);
    await right.setUp();
    await expect(wrong.connection.request("initialize", {})).rejects.toThrow(/./);
    await Promise.all([silent.connection.closed, wrong.connection.closed]);
    const left = log.lines.filter(({ message }) => message === "Synapse has left");
    expect(left).toEqual(
      Array.from({ length: 2 }, () =>
        expect.objectContaining({
          facts: expect.objectContaining({ reason: "it did not send initialize within 500 ms" }),
        }),
      ),
    );
    expect(await right.run(100)).toEqual(ALLOWED);
    await impatient.stop();
  });

  test("sets no module up for a Synapse that has left meanwhile", async () => {
    const gate = join(folder, "gate");
    const modules = [waiting("first", gate), waiting("second")];
    const gone = await connect();
    await gone.initialize(modules);
    gone.setUp().catch(() => undefined);
    await vi.waitFor(() => expect(notes()).toEqual(["first"]));
    gone.leave();
    await log.waitFor(({ message }) => message === "Synapse has left");
    writeFileSync(gate, "");
    await start(modules);
    // The next Synapse has both, and was served after the first module of the other was ready.
    await start(modules);
    expect(notes()).toEqual(["first", "first", "second", "first", "second"]);
  });
});
