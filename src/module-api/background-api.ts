import type { Awaitable } from "./awaitable.ts";

/** Work of a module. `signal` is aborted when the service stops or the module is replaced: end soon then. */
export type BackgroundTask = (signal: AbortSignal) => Awaitable<unknown>;

/** How a looping call runs. */
export interface LoopOptions {
  /** The task's name in the log. */
  readonly desc?: string;
  /** Also where this instance does not run background tasks; without it the loop does not run there, as in Synapse. */
  readonly runOnAllInstances?: boolean;
}

/**
 * Work besides requests, in the names of Synapse's `ModuleApi`. A task that fails is logged with its name, and has no
 * other effect.
 */
export interface BackgroundApi {
  /** Whether this instance runs the tasks that run once in a deployment (`media_bridge.run_background_tasks`). */
  shouldRunBackgroundTasks(): boolean;
  /**
   * Runs `task` every `intervalMs`, first after one interval, never twice at a time. Returns a function that ends the
   * loop.
   */
  loopingBackgroundCall(task: BackgroundTask, intervalMs: number, options?: LoopOptions): () => void;
  /** Runs `task` once, `delayMs` from now. Returns a function that cancels it. */
  delayedBackgroundCall(delayMs: number, task: BackgroundTask, options?: { readonly desc?: string }): () => void;
  /** Runs `task` now, without making the caller wait. */
  runAsBackgroundProcess(desc: string, task: BackgroundTask): void;
  /**
   * Resolves after `delayMs`; rejects if the service stops or the module is replaced first, which ends a task without a
   * log line.
   */
  sleep(delayMs: number): Promise<void>;
  /**
   * Runs when the service stops or the module is replaced, the last one registered first. The service waits for it
   * within its grace period.
   */
  onShutdown(callback: () => Awaitable<unknown>): void;
}
