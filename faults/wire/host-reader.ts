import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { isDeepStrictEqual } from "node:util";
import { Connection } from "../../src/bridge/transport/connection.ts";
import { BridgeError } from "../../src/bridge/errors.ts";
import { spawnChild } from "../../src/bridge/child/spawn-child.ts";
import type { Logger } from "../../src/util/log.ts";
import { within } from "../../src/util/concurrency/with-timeout.ts";
import { HANG_MS } from "./child-reader.ts";
import type { Message, Stream } from "./corpus.ts";

/** FsOperations that wait while a stream is read: its answers are for some of them. */
const CALLS = 24;
/** Takes the place of the line that reports a broken protocol. */
const BROKEN = "broken";

/** How the host took a stream. */
export interface HostOutcome {
  /** Messages that it decoded. */
  readonly read: number;
  readonly wrong: string | undefined;
}

const ignore = () => undefined;
const SILENT = { trace: ignore, debug: ignore, info: ignore, warn: ignore, fatal: ignore };

/** Only errors are kept. */
function listenToLog(errors: string[]): Logger {
  const log: Logger = {
    ...SILENT,
    error: (facts, message) => errors.push("head" in facts ? BROKEN : message),
    child: () => log,
  };
  return log;
}

const handlers = {
  requests: {
    homeserver: () => ({ answer: null }),
    who_is: () => Promise.reject(new TypeError("no \ud800")),
    store_content: (params: unknown) => ({ echo: params }),
  },
  notifications: {
    registered: () => undefined,
    blocked: (params: unknown) => (params as { module: string }).module.length,
  },
};

/** A connection of the host's reads the chunks of a stream, while calls are in flight. */
export async function readAsHost({ sound }: Stream, chunks: readonly Buffer[]): Promise<HostOutcome> {
  const errors: string[] = [];
  const input = new PassThrough({ highWaterMark: 2 ** 20 });
  const output = new Writable({ write: (_bytes, _encoding, done) => done() });
  const connection = new Connection({ input, output, log: listenToLog(errors), ...handlers });
  const calls = makeCalls(connection);
  for (const chunk of chunks) input.write(chunk);
  input.end();
  return judge(connection, calls, errors, sound);
}

/** The same over the pipes of a real process, one that writes the stream and ends. */
export async function readAsHostOverPipes({ frames }: Stream, folder: string): Promise<HostOutcome> {
  const errors: string[] = [];
  const path = join(folder, "stream");
  writeFileSync(path, Buffer.concat(frames));
  const log = listenToLog(errors);
  const child = await spawnChild({ command: "cat", args: [path], env: process.env, log, ...handlers });
  const calls = makeCalls(child.connection);
  const exit = await within(child.exited, HANG_MS);
  // Of what the process left in the pipe when it ended, nothing needs to be read.
  const outcome = await judge(child.connection, calls, errors, []);
  child.kill();
  return exit === undefined ? { ...outcome, wrong: "the process does not end" } : outcome;
}

type Outcomes = readonly PromiseSettledResult<unknown>[];

function makeCalls(connection: Connection): Promise<Outcomes> {
  return Promise.allSettled(Array.from({ length: CALLS }, () => connection.request("run", null)));
}

async function judge(
  connection: Connection,
  calls: Promise<Outcomes>,
  errors: readonly string[],
  sound: readonly Message[],
): Promise<HostOutcome> {
  const outcomes = await within(calls, HANG_MS);
  const read = connection.received;
  if (outcomes === undefined) return { read, wrong: `${connection.inFlight} calls hang` };
  const { code, message } = await connection.closed;
  const told = errors.filter((error) => error === BROKEN).length;
  if (connection.inFlight !== 0) return { read, wrong: `${connection.inFlight} calls are left` };
  if (code !== "PROTOCOL" && code !== "CHILD_DOWN") return { read, wrong: `it ended with ${code}: ${message}` };
  if (told !== (code === "PROTOCOL" ? 1 : 0)) return { read, wrong: `it ended with ${code}, told ${told} times` };
  if (!outcomes.every(isCoded)) return { read, wrong: "a call was rejected with no error of the bridge" };
  return { read, wrong: findWrongAnswer(outcomes, sound) };
}

function isCoded(outcome: PromiseSettledResult<unknown>): boolean {
  return outcome.status === "fulfilled" || outcome.reason instanceof BridgeError;
}

/** Answers that came before anything was broken are the calls' own. */
function findWrongAnswer(outcomes: Outcomes, sound: readonly Message[]): string | undefined {
  for (const [shape, id, error, result] of sound) {
    const outcome = shape === 1 ? outcomes[Number(id) - 1] : undefined;
    if (outcome === undefined) continue;
    const isRight =
      outcome.status === "fulfilled"
        ? error === null && isDeepStrictEqual(outcome.value, result)
        : error !== null && (outcome.reason as BridgeError).code === "REMOTE";
    if (!isRight) return `call ${String(id)} has another answer than it was sent`;
  }
  return undefined;
}
