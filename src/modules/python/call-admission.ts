import { ModuleUnavailable } from "../../callbacks/failure.ts";
import { FairQueue } from "../../util/concurrency/fair-queue.ts";
import type { Logger } from "../../util/log.ts";

/** How many calls a child has at a time, how many may wait, and for how long calls that open a request wait. */
export interface AdmissionLimits {
  readonly maxInFlight: number;
  readonly maxQueued: number;
  readonly maxWaitMs: number;
}

interface WaitingCall {
  readonly dueMs: number;
  readonly begin: () => void;
  readonly refuse: (error: ModuleUnavailable) => void;
}

/** How late the end of a wait may be noticed. */
const TICK_MS = 50;
/** How often refusals are logged: a line for each of them would make an overload worse. */
const REPORT_MS = 1_000;
const NO_USER = "";

/**
 * Limits concurrent calls to a Python child. Further calls queue, round-robin by user; when the queue is full or a call
 * waits too long, it is refused at once, so that whatever the load, what is admitted is answered. Calls that open a
 * request are refused first, beginning with those of the user who has most of them waiting, because refusing the others
 * would throw away work already done. Does not apply to calls from the child to the service.
 */
export class CallAdmission {
  refused = 0;
  readonly #limits: AdmissionLimits;
  readonly #log: Logger;
  readonly #onWaited: (seconds: number) => void;
  readonly #queue = new FairQueue<WaitingCall>();
  #running = 0;
  #ticker: NodeJS.Timeout | undefined;
  #unreported = 0;

  /** @param onWaited gets the time that each call waited, in seconds, whether it was admitted or refused */
  constructor(limits: AdmissionLimits, log: Logger, onWaited: (seconds: number) => void = () => undefined) {
    this.#onWaited = onWaited;
    this.#limits = limits;
    this.#log = log;
  }

  get queued(): number {
    return this.#queue.size;
  }

  /**
   * Undefined where the call may begin at once, otherwise resolves when it may; an admitted call must {@link leave}.
   * Rejects with a {@link ModuleUnavailable} `busy`. `patienceMs` is how long a call waits that does not open a
   * request.
   */
  enter(user: string | undefined, isFirstOfRequest: boolean, patienceMs: number): Promise<void> | undefined {
    if (this.#running < this.#limits.maxInFlight) {
      this.#running += 1;
      this.#onWaited(0);
      return undefined;
    }
    const sinceMs = performance.now();
    return new Promise<void>((begin, refuse) => {
      const dueMs = sinceMs + (isFirstOfRequest ? this.#limits.maxWaitMs : patienceMs);
      const call = { dueMs, begin, refuse };
      const key = user ?? NO_USER;
      if (this.#queue.size >= this.#limits.maxQueued && !this.#makeRoom(key, isFirstOfRequest))
        return this.#refuse(call, "full");
      this.#queue.push(key, call, !isFirstOfRequest);
      this.#ticker ??= setInterval(this.#tick, TICK_MS);
    }).finally(() => this.#onWaited((performance.now() - sinceMs) / 1000));
  }

  /** A call has ended: the next one begins. */
  leave(): void {
    const next = this.#queue.size === 0 ? undefined : this.#queue.shift();
    if (next === undefined) this.#running -= 1;
    else next.begin();
  }

  /** Refuses a call that has less right to wait than a new one. */
  #makeRoom(key: string, isFirstOfRequest: boolean): boolean {
    const other = this.#queue.takeFromLongest(isFirstOfRequest ? this.#queue.commonOf(key) + 1 : 0);
    if (other !== undefined) this.#refuse(other, "full");
    return other !== undefined;
  }

  readonly #tick = (): void => {
    if (this.#queue.size === 0) {
      clearInterval(this.#ticker);
      this.#ticker = undefined;
      return;
    }
    const nowMs = performance.now();
    for (const call of this.#queue.takeWhere(({ dueMs }) => dueMs <= nowMs)) this.#refuse(call, "late");
  };

  #refuse(call: WaitingCall, why: "full" | "late"): void {
    this.refused += 1;
    if (this.#unreported === 0) setTimeout(() => this.#report(), REPORT_MS).unref();
    this.#unreported += 1;
    const reason = why === "full" ? "too many calls wait for it" : "its turn did not come in time";
    call.refuse(new ModuleUnavailable("busy", `the Python child cannot be asked: ${reason}`));
  }

  #report(): void {
    const facts = { refused: this.#unreported, queued: this.#queue.size, inFlight: this.#running };
    this.#unreported = 0;
    this.#log.warn(facts, "Python is asked for more than it can answer: requests were answered 503");
  }
}
