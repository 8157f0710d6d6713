import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { encodeFrame } from "../../src/bridge/transport/codec.ts";
import { FrameDecoder } from "../../src/bridge/transport/frame-decoder.ts";
import { within } from "../../src/util/concurrency/with-timeout.ts";
import { ROOT } from "../support/root.ts";
import type { Stream } from "./corpus.ts";

/** The shim's interpreter. */
export const PYTHON = join(ROOT, ".venv/bin/python");
/** Longer than a machine with much else to do lets any of this wait. */
export const HANG_MS = 300_000;
const PROTOCOL_STATUS = 76;
/** A ping after everything else: it is answered while the child lives. */
const FENCE_ID = Number.MAX_SAFE_INTEGER;
const FENCE = Buffer.from(encodeFrame([0, FENCE_ID, "ping", null]));
/** Nothing, in one of the forms of binary data: Python's codec lets it pass. */
const EMPTY_BINARY = /c400|c50000|c600000000/;

/** What the program in `child_reader.py` says of a stream. */
interface Report {
  readonly status: number | null;
  readonly lines: readonly string[];
  readonly decoded: number;
  readonly answers: number;
  readonly twice: number;
  readonly last: number | null;
}

/** The shim's decoder and dispatcher in a process that reads one stream after the other. */
export class ChildReader {
  readonly #process: ChildProcess;
  readonly #waiting: PromiseWithResolvers<Report | undefined>[] = [];
  #stderr = "";

  constructor() {
    const program = join(ROOT, "faults/wire/child_reader.py");
    this.#process = spawn(PYTHON, [program, ROOT], { stdio: "pipe" });
    const { stdout, stderr } = this.#process;
    this.#process.once("exit", () => this.#waiting.splice(0).forEach(({ resolve }) => resolve(undefined)));
    stderr?.on("data", (text: Buffer) => (this.#stderr = (this.#stderr + text.toString()).slice(-5_000)));
    if (stdout !== null) {
      createInterface({ input: stdout }).on("line", (line) =>
        this.#waiting.shift()?.resolve(JSON.parse(line) as Report),
      );
    }
  }

  /** Its process. */
  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** Has the stream read; the number of messages that were decoded, and what was wrong. */
  async read({ frames }: Stream): Promise<{ read: number; wrong: string | undefined }> {
    const bytes = Buffer.concat([...frames, FENCE]);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    this.#process.stdin?.write(Buffer.concat([length, bytes]));
    const answer = Promise.withResolvers<Report | undefined>();
    this.#waiting.push(answer);
    const report = await within(answer.promise, HANG_MS);
    if (report === undefined) throw new Error(`the shim hangs or has ended; its last words:\n${this.#stderr}`);
    return { read: report.decoded, wrong: findWrong(report, bytes) };
  }

  /** Ends the process. */
  async end(): Promise<void> {
    const ended = once(this.#process, "exit");
    this.#process.stdin?.end();
    if ((await within(ended, HANG_MS)) === undefined) this.#process.kill("SIGKILL");
  }
}

function findWrong({ status, lines, decoded, twice, last }: Report, bytes: Buffer): string | undefined {
  const host = readAsHostDoes(bytes);
  if (twice > 0) return `${twice} requests were answered more than once`;
  if (status === null) {
    if (lines.length > 0) return `it lives on and says: ${lines.join()}`;
    if (host.isBroken && !EMPTY_BINARY.test(bytes.toString("hex"))) return "the host refuses a frame that it reads";
    if (!host.isInsideFrame && last !== FENCE_ID) return "it lives and does not answer a ping";
    return undefined;
  }
  const [line, ...more] = lines;
  if (status !== PROTOCOL_STATUS) return `it ends with status ${status}`;
  if (more.length > 0 || !line?.includes("; first bytes: ")) return `it ends and says: ${lines.join()}`;
  const isCodecs = line.startsWith("A frame ");
  return isCodecs && (!host.isBroken || host.decoded !== decoded)
    ? `the host reads what it refuses: ${line}`
    : undefined;
}

/** Both sides take the same bodies for messages. */
function readAsHostDoes(bytes: Buffer): { decoded: number; isBroken: boolean; isInsideFrame: boolean } {
  let decoded = 0;
  let isBroken = false;
  const decoder = new FrameDecoder(() => (decoded += 1));
  try {
    decoder.push(bytes);
  } catch {
    isBroken = true;
  }
  return { decoded, isBroken, isInsideFrame: decoder.isInsideFrame };
}
