import type { Awaitable } from "../../module-api/awaitable.ts";
import type { BackgroundApi, BackgroundTask, LoopOptions } from "../../module-api/background-api.ts";
import type { Clock } from "../../util/clock.ts";
import type { Logger } from "../../util/log.ts";
import { within } from "../../util/concurrency/with-timeout.ts";

export interface BackgroundOptions {
  readonly log: Logger;
  readonly clock: Clock;
  readonly runBackgroundTasks: boolean;
  /** For `check` and `call`: nothing starts. */
  readonly dryRun: boolean;
  /** Called for each task that did not start for that reason. */
  readonly onHeldBack?: (() => void) | undefined;
}

/** What one module does besides requests, and its orderly end. */
export class BackgroundTasks implements BackgroundApi {
  readonly #options: BackgroundOptions;
  readonly #ending = new AbortController();
  readonly #timers = new Set<() => void>();
  readonly #running = new Set<Promise<void>>();
  readonly #shutdowns: (() => Awaitable<unknown>)[] = [];

  constructor(options: BackgroundOptions) {
    this.#options = options;
  }

  shouldRunBackgroundTasks = (): boolean => this.#options.runBackgroundTasks;

  loopingBackgroundCall = (
    task: BackgroundTask,
    intervalMs: number,
    { desc = task.name || "looping call", runOnAllInstances = false }: LoopOptions = {},
  ): (() => void) => {
    checkDelay("intervalMs", intervalMs, 1);
    if (!this.#mayStart() || !(runOnAllInstances || this.#options.runBackgroundTasks)) return () => undefined;
    let isRunning = false;
    let cancel: () => void;
    const tick = () => {
      cancel = this.#options.clock.after(intervalMs, tick);
      if (isRunning) return;
      isRunning = true;
      void this.#run(desc, task).finally(() => (isRunning = false));
    };
    cancel = this.#options.clock.after(intervalMs, tick);
    return this.#keep(() => cancel());
  };

  delayedBackgroundCall = (
    delayMs: number,
    task: BackgroundTask,
    { desc = task.name || "delayed call" }: { readonly desc?: string } = {},
  ): (() => void) => {
    checkDelay("delayMs", delayMs, 0);
    if (!this.#mayStart()) return () => undefined;
    const cancel = this.#options.clock.after(delayMs, () => {
      end();
      void this.#run(desc, task);
    });
    const end = this.#keep(cancel);
    return end;
  };

  runAsBackgroundProcess = (desc: string, task: BackgroundTask): void => {
    if (this.#mayStart()) void this.#run(desc, task);
  };

  sleep = (delayMs: number): Promise<void> => {
    checkDelay("delayMs", delayMs, 0);
    const { signal } = this.#ending;
    return new Promise((resolve, reject) => {
      // One error for all: a task that rejects with it is known to have been cut short.
      const abort = () => reject(signal.reason as Error);
      if (signal.aborted) return abort();
      const cancel = this.#options.clock.after(delayMs, () => {
        resolve();
        end();
      });
      const end = this.#keep(() => {
        cancel();
        if (signal.aborted) abort();
      });
    });
  };

  onShutdown = (callback: () => Awaitable<unknown>): void => {
    this.#shutdowns.unshift(callback);
  };

  /** Aborts every task, runs the shutdown callbacks, and waits for all of them, but at most `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    if (this.#ending.signal.aborted) return;
    this.#ending.abort();
    for (const end of this.#timers) end();
    const ended = await within(this.#end(), graceMs);
    if (ended === undefined) this.#options.log.warn({ graceMs }, "the module's background work did not end in time");
  }

  /** Resolves once nothing of it runs. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  async #end(): Promise<"ended"> {
    for (const callback of this.#shutdowns) await this.#run("shutdown", callback);
    await Promise.all(this.#running);
    return "ended";
  }

  #mayStart(): boolean {
    const { dryRun, onHeldBack } = this.#options;
    if (dryRun) onHeldBack?.();
    return !dryRun && !this.#ending.signal.aborted;
  }

  /** Remembers what ends with the module; returns a function that ends it earlier. */
  #keep(clear: () => void): () => void {
    const end = () => {
      this.#timers.delete(end);
      clear();
    };
    this.#timers.add(end);
    return end;
  }

  #run(desc: string, task: BackgroundTask): Promise<void> {
    const running = this.#guard(desc, task);
    this.#running.add(running);
    return running.finally(() => this.#running.delete(running));
  }

  /** Never rejects. */
  async #guard(desc: string, task: BackgroundTask): Promise<void> {
    try {
      await task(this.#ending.signal);
    } catch (error) {
      // A task that an abort cut short has not failed.
      if (this.#ending.signal.aborted && error === this.#ending.signal.reason) return;
      this.#options.log.error({ err: error, task: desc }, "a background task of the module failed");
    }
  }
}

function checkDelay(name: string, delayMs: number, least: number): void {
  // setTimeout treats a delay that is out of its range as 1 ms.
  if (Number.isFinite(delayMs) && delayMs >= least && delayMs < 2 ** 31) return;
  throw new TypeError(`${name} must be a number of milliseconds from ${least} to 2147483647`);
}
