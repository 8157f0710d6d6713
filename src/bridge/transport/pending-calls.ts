import { BridgeError } from "../errors.ts";
import { IdTable } from "./id-table.ts";

/** How a call waits. */
export interface CallOptions {
  /** Milliseconds after which the host stops waiting; without it, it waits for as long as the child lives. */
  readonly deadlineMs?: number;
  /** Gives up the call when it aborts. */
  readonly signal?: AbortSignal;
}

interface PendingCall {
  readonly id: number;
  readonly method: string;
  readonly deadlineMs: number;
  readonly dueMs: number;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: BridgeError) => void;
  /** Removes the listener from the caller's signal. */
  readonly release: (() => void) | undefined;
}

/**
 * How late a deadline may be noticed. One coarse timer for all calls: a timer for each call would cost more than the
 * call.
 */
const TICK_MS = 50;

/** The calls that wait for their answers, by id. */
export class PendingCalls {
  readonly #calls = new IdTable<PendingCall>();
  readonly #onAbandoned: (id: number) => void;
  #lastId = 0;
  #earliestDueMs = Infinity;
  #ticker: NodeJS.Timeout | undefined;

  /** `onAbandoned` is called for each call that the host no longer waits for. */
  constructor(onAbandoned: (id: number) => void) {
    this.#onAbandoned = onAbandoned;
  }

  get size(): number {
    return this.#calls.size;
  }

  /** The longest deadline of all calls in flight, milliseconds; 0 when none has one. */
  get longestDeadlineMs(): number {
    let longest = 0;
    for (const { deadlineMs } of this.#calls.list())
      if (deadlineMs !== Infinity) longest = Math.max(longest, deadlineMs);
    return longest;
  }

  /**
   * Gives the call an id (they count up from 1 and are never reused) and sends it. The answer to it, once
   * {@link resolve} or {@link reject} is called with its id; rejects with what `send` throws.
   */
  add(method: string, { deadlineMs = Infinity, signal }: CallOptions, send: (id: number) => void): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const id = this.#lastId + 1;
      this.#lastId = id;
      send(id);
      const dueMs = deadlineMs === Infinity ? Infinity : performance.now() + deadlineMs;
      const release = signal && this.#listen(id, signal);
      this.#calls.add({ id, method, deadlineMs, dueMs, resolve, reject, release });
      if (dueMs < this.#earliestDueMs) this.#earliestDueMs = dueMs;
      if (dueMs !== Infinity) this.#ticker ??= setInterval(this.#tick, TICK_MS);
    });
  }

  /** False where no call waits for this id. */
  resolve(id: number, result: unknown): boolean {
    const call = this.#take(id);
    call?.resolve(result);
    return call !== undefined;
  }

  /** False where no call waits for this id. */
  reject(id: number, error: BridgeError): boolean {
    const call = this.#take(id);
    call?.reject(error);
    return call !== undefined;
  }

  rejectAll(error: BridgeError): void {
    for (const { id } of this.#calls.list()) this.reject(id, error);
    clearInterval(this.#ticker);
    this.#ticker = undefined;
  }

  #take(id: number): PendingCall | undefined {
    const call = this.#calls.take(id);
    call?.release?.();
    return call;
  }

  #listen(id: number, signal: AbortSignal): () => void {
    const abandon = () =>
      this.#abandon(id, new BridgeError("CANCELLED", "the call was given up", { cause: signal.reason }));
    signal.addEventListener("abort", abandon, { once: true });
    return () => signal.removeEventListener("abort", abandon);
  }

  #abandon(id: number, error: BridgeError): void {
    if (this.reject(id, error)) this.#onAbandoned(id);
  }

  readonly #tick = (): void => {
    if (this.#calls.size === 0) {
      clearInterval(this.#ticker);
      this.#ticker = undefined;
      this.#earliestDueMs = Infinity;
      return;
    }
    const nowMs = performance.now();
    if (nowMs < this.#earliestDueMs) return;
    let earliestDueMs = Infinity;
    for (const { id, method, deadlineMs, dueMs } of this.#calls.list()) {
      if (dueMs > nowMs) earliestDueMs = Math.min(earliestDueMs, dueMs);
      else this.#abandon(id, new BridgeError("TIMEOUT", `no answer to ${method} within ${deadlineMs} ms`));
    }
    this.#earliestDueMs = earliestDueMs;
  };
}
