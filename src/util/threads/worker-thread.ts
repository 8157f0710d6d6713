import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { type ThreadReply, type ThreadRequest, ThreadError } from "./thread-messages.ts";

export interface WorkerThreadOptions {
  /**
   * The thread's module, without its extension: `new URL("./checkpoint-thread", import.meta.url)`. It calls
   * `answerRequests`.
   */
  readonly module: URL;
  /** What the module finds in `workerData`. */
  readonly workerData?: unknown;
  /**
   * After this long without a request the thread ends, until the next one: an idle thread takes 10 MB. By default it
   * stays. Milliseconds.
   */
  readonly idleMs?: number;
}

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: unknown): void;
}

/** The extension of the service's own modules: `.ts` from `src`, `.js` from `dist`. */
const EXTENSION = extname(import.meta.url);

/**
 * A thread that answers requests one by one, in their order. It starts with the first request, and again with the next
 * one after it was lost. It keeps the process running only while a request waits for its answer.
 */
export class WorkerThread<Question, Answer> {
  readonly #options: WorkerThreadOptions;
  #worker: Worker | undefined;
  #waiting: Waiting[] = [];
  #idleTimer: NodeJS.Timeout | undefined;
  /** Threads that are idle and about to end. */
  readonly #leaving = new Set<Worker>();

  constructor(options: WorkerThreadOptions) {
    this.#options = options;
  }

  /**
   * Rejects with a {@link ThreadError} where the thread's handler threw, with a {@link ThreadLostError} where the
   * thread is gone, and with a `DataCloneError` where the request cannot be sent.
   */
  ask(question: Question): Promise<Answer> {
    return this.#send({ question }) as Promise<Answer>;
  }

  /** Ends the thread after the requests before it. Never rejects. */
  async close(): Promise<void> {
    const workers = [...this.#leaving, ...(this.#worker ? [this.#worker] : [])];
    const ended = workers.map((worker) => endOf(worker));
    if (this.#worker) this.#send({ close: true }).catch(() => undefined);
    await Promise.all(ended);
  }

  #send(request: ThreadRequest): Promise<unknown> {
    clearTimeout(this.#idleTimer);
    const worker = (this.#worker ??= this.#start());
    return new Promise((resolve, reject) => {
      try {
        worker.postMessage(request);
      } catch (error) {
        // No reply will come after which the thread rests.
        if (this.#waiting.length === 0) this.#rest(worker);
        throw error;
      }
      this.#waiting.push({ resolve, reject });
      worker.ref();
    });
  }

  #start(): Worker {
    const { module, workerData } = this.#options;
    const worker = new Worker(new URL(module.href + EXTENSION), { execArgv: [], workerData });
    let failure: unknown;
    worker.on("message", (reply: ThreadReply) => this.#settle(worker, reply));
    worker.on("error", (error) => (failure = error));
    worker.on("exit", () => this.#lose(worker, failure));
    worker.unref();
    return worker;
  }

  #settle(worker: Worker, reply: ThreadReply): void {
    const waiting = this.#waiting.shift();
    if (this.#waiting.length === 0) this.#rest(worker);
    if (reply.error === undefined) waiting?.resolve(reply.answer);
    else waiting?.reject(new ThreadError(reply.error.message, reply.error.code));
  }

  #rest(worker: Worker): void {
    worker.unref();
    const { idleMs } = this.#options;
    if (idleMs === undefined) return;
    this.#idleTimer = setTimeout(() => {
      this.#worker = undefined;
      this.#leaving.add(worker);
      worker.postMessage({ close: true } satisfies ThreadRequest);
    }, idleMs).unref();
  }

  #lose(worker: Worker, cause: unknown): void {
    if (this.#leaving.delete(worker)) return;
    clearTimeout(this.#idleTimer);
    this.#worker = undefined;
    for (const waiting of this.#waiting.splice(0)) waiting.reject(new ThreadLostError(cause));
  }
}

/** Resolves when a thread has ended; the process runs until then. */
function endOf(worker: Worker): Promise<unknown> {
  worker.ref();
  return new Promise((resolve) => worker.once("exit", resolve));
}

/** The thread ended before it answered; `cause` is what it threw, if anything. */
export class ThreadLostError extends Error {
  override readonly name = "ThreadLostError";

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : "its thread has ended", { cause });
  }
}
