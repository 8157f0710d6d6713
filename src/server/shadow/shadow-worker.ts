import { extname } from "node:path";
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import type {
  FromShadow,
  ShadowSigns,
  ShadowThreadData,
  ShadowThreadStart,
  ToShadow,
} from "../../shadow/run/messages.ts";

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
  readonly #port: MessagePort;
  #signs: ShadowSigns | undefined;
  /** When it last gave a sign, on the clock of `performance`. */
  #signMs = performance.now();
  #killedBecause: string | undefined;
  #isClosed = false;

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
      if (message.type === "alive") this.#signs = message;
      if (message.type === "closed") this.#isClosed = true;
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
