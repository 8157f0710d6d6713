import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { FromShadow, ShadowThreadData, ShadowSigns, ToShadow } from "../../shadow/run/messages.ts";

/** The extension of the service's own modules: `.ts` from `src`, `.js` from `dist`. */
const EXTENSION = extname(import.meta.url);
const MODULE = new URL(`./shadow-thread${EXTENSION}`, import.meta.url);
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
  #signs: ShadowSigns | undefined;
  /** When it last gave a sign, on the clock of `performance`. */
  #signMs = performance.now();
  #killedBecause: string | undefined;
  #isClosed = false;

  constructor(workerData: ShadowThreadData, { onMessage, onEnd }: WorkerEvents) {
    this.#worker = new Worker(MODULE, { execArgv: [], workerData, resourceLimits: LIMITS, stdout: true, stderr: true });
    // What is printed by means that the thread does not know: without a reader it would wait in memory.
    this.#worker.stdout.resume();
    this.#worker.stderr.resume();
    let failure: string | undefined;
    this.#worker.on("message", (message: FromShadow) => {
      this.#signMs = performance.now();
      if (message.type === "alive") this.#signs = message;
      if (message.type === "closed") this.#isClosed = true;
      onMessage(message);
    });
    this.#worker.on("error", (error) => (failure = error.message));
    this.#worker.on("exit", () => {
      this.#killChildren();
      onEnd(this.#killedBecause ?? failure ?? "its thread ended by itself");
    });
    // A service that is told to stop does not wait for it.
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
    this.#worker.postMessage(message);
  }

  /** Ends it at once, whatever it does. `onEnd` is called. */
  kill(reason: string): void {
    this.#killedBecause ??= reason;
    void this.#worker.terminate();
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
