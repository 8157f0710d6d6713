/** Settings of a {@link CpuBudget}. */
export interface BudgetOptions {
  /** The part of one core that may be used in any time of `windowMs` or longer, 0 to 1. */
  readonly part: number;
  /** In milliseconds. */
  readonly windowMs: number;
  /** How much of that may be saved and used at once, in milliseconds of CPU. */
  readonly burstMs: number;
}

/** What is saved may be used within this time, and not faster. */
const SPEND_MS = 1_000;

/**
 * The CPU that a shadow may use. What is used beyond it is a debt, and no question is asked until that is paid. Times are
 * milliseconds.
 */
export class CpuBudget {
  readonly #burstMs: number;
  /** What is earned is less than the part by as much as may be saved: a window has room for both. */
  readonly #earned: number;
  #balanceMs: number;
  #atMs: number;

  constructor({ part, windowMs, burstMs }: BudgetOptions, nowMs: number) {
    this.#burstMs = burstMs;
    this.#earned = part - burstMs / windowMs;
    this.#balanceMs = burstMs;
    this.#atMs = nowMs;
  }

  charge(usedMs: number, nowMs: number): void {
    this.#refill(nowMs);
    this.#balanceMs -= usedMs;
  }

  /** How long it takes until questions may be asked again; 0 where they may be asked now. */
  waitMs(nowMs: number): number {
    this.#refill(nowMs);
    return this.#balanceMs > 0 ? 0 : Math.ceil((1 - this.#balanceMs) / this.#earned);
  }

  /** The part of one core to use now, 0 to 1: more than what is earned while there is something saved. */
  partNow(nowMs: number): number {
    this.#refill(nowMs);
    return this.#earned + Math.max(0, this.#balanceMs) / SPEND_MS;
  }

  #refill(nowMs: number): void {
    const earnedMs = Math.max(0, nowMs - this.#atMs) * this.#earned;
    this.#balanceMs = Math.min(this.#burstMs, this.#balanceMs + earnedMs);
    this.#atMs = Math.max(this.#atMs, nowMs);
  }
}
