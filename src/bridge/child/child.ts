import type { Readable, Writable } from "node:stream";
import type { Logger } from "../../util/log.ts";
import { Connection } from "../transport/connection.ts";
import { BridgeError } from "../errors.ts";
import { readHello, type Hello } from "./hello.ts";
import type { Handlers } from "../transport/peer-requests.ts";
import { guardGroup, killGroup, signalGroup } from "./process-groups.ts";
import { StderrLines, type StderrEvents } from "./stderr-lines.ts";
import { within } from "../../util/concurrency/with-timeout.ts";

/** How a child ended: its status, or the signal that killed it. */
export interface ChildExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A running process, as {@link spawnChild} returns it. */
export interface ChildOptions extends Partial<StderrEvents> {
  readonly pid: number;
  /** The value of {@link MARK} in its environment. */
  readonly mark: string;
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves when the process itself is gone, even if another process holds its pipes. */
  readonly exited: Promise<ChildExit>;
  readonly signal: (name: NodeJS.Signals) => void;
  readonly log: Logger;
  readonly requests?: Handlers;
  readonly notifications?: Handlers;
}

export interface StopOptions {
  /** Milliseconds in which calls in flight may end. */
  readonly graceMs: number;
  /** Milliseconds that each harder step gets: end of input, SIGTERM, SIGKILL. 1 s where not given. */
  readonly stepMs?: number;
}

/** How long a child may need to end by itself once its work is done. */
const ENDING_MS = 4_000;
/** How long a child may live after it closed its channel, and its stderr stay open after it is gone. */
const AFTERLIFE_MS = 1_000;
const KEPT_LINES = 20;

/**
 * A child process and the connection to it. However it ends, every call in flight is rejected at once and its process
 * group ends too.
 */
export class Child {
  readonly pid: number;
  readonly connection: Connection;
  /**
   * The child's first message. Rejects where the process is not such a child, and where the connection closes first.
   */
  readonly hello: Promise<Hello>;
  readonly exited: Promise<ChildExit>;

  readonly #options: ChildOptions;
  readonly #lastLines: string[] = [];
  readonly #stderrClosed: Promise<void>;
  #exit: ChildExit | undefined;
  #stopping: Promise<ChildExit> | undefined;

  constructor(options: ChildOptions) {
    const { pid, mark, stdin, stdout, stderr, log, requests = {}, notifications = {} } = options;
    this.#options = options;
    this.pid = pid;
    guardGroup(pid, mark);
    this.#stderrClosed = this.#readStderr(stderr);
    const greeted = Promise.withResolvers<unknown>();
    this.connection = new Connection({
      input: stdout,
      output: stdin,
      log: log.child({ pid }),
      requests,
      notifications: { ...notifications, hello: greeted.resolve },
    });
    this.hello = Promise.race([
      greeted.promise.then(readHello),
      this.connection.closed.then((error) => Promise.reject(error)),
    ]);
    // The code that waits for it gets the error.
    this.hello.catch(() => undefined);
    this.exited = options.exited.then((exit) => this.#bury(exit));
    void this.connection.closed.then((error) => this.#endAfter(error));
  }

  get hasExited(): boolean {
    return this.#exit !== undefined;
  }

  /**
   * The last lines of its stderr, and the messages of its records, which may say why it ended. Waits a moment for them.
   */
  async lastWords(): Promise<string> {
    if (this.hasExited) await within(this.#stderrClosed, AFTERLIFE_MS);
    return this.#lastLines.join("\n");
  }

  /** Signals the process alone, not its group. */
  signal(name: NodeJS.Signals): void {
    if (!this.hasExited) this.#options.signal(name);
  }

  /** Ends the whole group at once. */
  kill(): void {
    killGroup(this.pid);
  }

  /**
   * Asks the child to shut down; where that does not end it, ends its input, then sends SIGTERM and SIGKILL to its
   * group. Resolves when it is gone, always.
   */
  stop(options: StopOptions): Promise<ChildExit> {
    this.#stopping ??= this.#end(options);
    return this.#stopping;
  }

  async #end({ graceMs, stepMs = AFTERLIFE_MS }: StopOptions): Promise<ChildExit> {
    const asked = this.connection.request("shutdown", { grace_ms: graceMs }, { deadlineMs: graceMs + stepMs });
    const agreed = await asked.then(
      () => true,
      () => false,
    );
    if (agreed && (await within(this.exited, ENDING_MS))) return this.exited;
    this.#options.stdin.end();
    if (await within(this.exited, stepMs)) return this.exited;
    signalGroup(this.pid, "SIGTERM");
    if (await within(this.exited, stepMs)) return this.exited;
    this.kill();
    return this.exited;
  }

  #bury(exit: ChildExit): ChildExit {
    this.#exit = exit;
    this.connection.close(new BridgeError("CHILD_DOWN", describeExit(exit)));
    this.kill();
    return exit;
  }

  async #endAfter(error: BridgeError): Promise<void> {
    const isOrderly = error.code === "CHILD_DOWN";
    if (this.#stopping === undefined && !(isOrderly && (await within(this.exited, AFTERLIFE_MS)))) this.kill();
  }

  #readStderr(stderr: Readable): Promise<void> {
    const { onRecord, onText } = this.#options;
    const lines = new StderrLines({
      onRecord: (record) => {
        this.#keepLine(String(record["message"]));
        onRecord?.(record);
      },
      onText: (text) => {
        this.#keepLine(text);
        onText?.(text);
      },
    });
    stderr.on("data", (chunk: Buffer) => lines.push(chunk));
    return new Promise((resolve) => {
      // An error closes it too, and no caller waits to be told.
      stderr.on("error", () => undefined);
      stderr.once("close", () => {
        lines.end();
        resolve();
      });
    });
  }

  #keepLine(line: string): void {
    this.#lastLines.push(line);
    if (this.#lastLines.length > KEPT_LINES) this.#lastLines.shift();
  }
}

/** How a child ended, in words. */
export function describeExit({ code, signal }: ChildExit): string {
  return signal === null ? `the child ended with status ${code}` : `the child was killed by ${signal}`;
}
