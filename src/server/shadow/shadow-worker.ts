import { extname } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import type {
  FromShadow,
  ShadowSigns,
  ShadowThreadData,
  ShadowThreadStart,
  ToShadow,
} from "../../shadow/run/messages.ts";
import { interruptThread } from "./interrupt-thread.ts";

/** The extension of the service's own modules: `.ts` from `src`, `.js` from `dist`. */
const EXTENSION = extname(import.meta.url);
const MODULE = new URL(`./shadow-thread${EXTENSION}`, import.meta.url);
/** How long a thread that is killed may take to end its children, before and after what it runs is ended. */
const ORDERLY_MS = 200;
const INTERRUPTED_MS = 200;
const LIMITS = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32 };

/** What one thread of a shadow reports. */
export interface WorkerEvents {
  readonly onMessage: (message: FromShadow) => void;
  /** It has ended, and so have its children; `reason` in words. */
  readonly onEnd: (reason: string) => void;
}

/** One thread of a shadow, with the Python children in it. */
export class ShadowWorker {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  #signs: ShadowSigns | undefined;
  /** When it last gave a sign, on the clock of `performance`. */
  #signMs = performance.now();
  #killedBecause: string | undefined;
  #hasBegunChildren = false;
  #isClosed = false;
  readonly #closed = Promise.withResolvers<void>();

  constructor(data: ShadowThreadData, { onMessage, onEnd }: WorkerEvents) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#worker = new Worker(MODULE, {
      execArgv: [],
      workerData: { ...data, port: port2 } satisfies ShadowThreadStart,
      transferList: [port2],
      resourceLimits: LIMITS,
      stdout: true,
      stderr: true,
    });
    // What is printed by means that the thread does not know: without a reader it would wait in memory.
    this.#worker.stdout.resume();
    this.#worker.stderr.resume();
    let failure: string | undefined;
    const take = (message: FromShadow) => {
      this.#signMs = performance.now();
      if (message.type === "alive") this.#see(message);
      if (message.type === "closed") this.#close();
      if (message.type === "ended") return this.kill(message.reason);
      onMessage(message);
    };
    port1.on("message", take);
    this.#worker.on("error", (error) => (failure = error.message));
    this.#worker.on("exit", () => {
      // Its last words may be unread.
      for (let left = receiveMessageOnPort(port1); left !== undefined; left = receiveMessageOnPort(port1)) {
        take(left.message as FromShadow);
      }
      port1.close();
      this.#killChildren();
      this.#close();
      onEnd(this.#killedBecause ?? failure ?? "its thread ended by itself");
    });
    // A service that is told to stop does not wait for it.
    port1.unref();
    this.#worker.unref();
  }

  /** The last sign of life; undefined before the first one. */
  get signs(): ShadowSigns | undefined {
    return this.#signs;
  }

  /** For how long it has given no sign of life, in milliseconds. */
  get silentMs(): number {
    return performance.now() - this.#signMs;
  }

  send(message: ToShadow): void {
    this.#port.postMessage(message);
  }

  /** Ends it, whatever it does, within two seconds. `onEnd` is called. */
  kill(reason: string): void {
    if (this.#killedBecause !== undefined) return;
    this.#killedBecause = reason;
    void this.#end();
  }

  async #end(): Promise<void> {
    if (!this.#isClosed && this.#hasBegunChildren) await this.#endInOrder();
    await this.#worker.terminate();
  }

  /** Only the thread that has begun a child can wait for it: of one that is ended before, a zombie stays behind. */
  async #endInOrder(): Promise<void> {
    this.send({ type: "close" });
    this.#killChildren();
    for (let attempt = 0; attempt < 3 && !this.#isClosed; attempt += 1) {
      await Promise.race([this.#closed.promise, wait(ORDERLY_MS)]);
      if (!this.#isClosed) await interruptThread(this.#worker.threadId, INTERRUPTED_MS);
    }
    await Promise.race([this.#closed.promise, wait(ORDERLY_MS)]);
  }

  #see(signs: ShadowSigns): void {
    this.#signs = signs;
    if (signs.pids.length > 0) this.#hasBegunChildren = true;
  }

  #close(): void {
    this.#isClosed = true;
    this.#closed.resolve();
  }

  /** The children of a thread that ended in order have ended before it, and their numbers may be others' by now. */
  #killChildren(): void {
    if (this.#isClosed) return;
    for (const pid of this.#signs?.pids ?? []) {
      try {
        // Each child leads a process group.
        process.kill(-pid, "SIGKILL");
      } catch {
        // It has ended.
      }
    }
  }
}
