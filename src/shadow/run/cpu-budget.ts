/** Settings of a {@link CpuBudget}. */
export interface BudgetOptions {
  /** The part of one core that may be used in the long run, 0 to 1. */
  readonly part: number;
  /** How much may be used at once, in milliseconds of CPU. */
  readonly burstMs: number;
}

/** With all that can be saved, this many times the part is used at first. */
const MOST_TIMES = 5;

/**
 * The CPU that a shadow may use. What is used beyond it is a debt, and no question is asked until that is paid. Times are
 * milliseconds.
 */
export class CpuBudget {
  readonly #options: BudgetOptions;
  #balanceMs: number;
  #atMs: number;

  constructor(options: BudgetOptions, nowMs: number) {
    this.#options = options;
    this.#balanceMs = options.burstMs;
    this.#atMs = nowMs;
  }

  charge(usedMs: number, nowMs: number): void {
    this.#refill(nowMs);
    this.#balanceMs -= usedMs;
  }

  /** How long it takes until questions may be asked again; 0 where they may be asked now. */
  waitMs(nowMs: number): number {
    this.#refill(nowMs);
    return this.#balanceMs > 0 ? 0 : Math.ceil((1 - this.#balanceMs) / this.#options.part);
  }

  /** The part of one core to use now, 0 to 1: more than the one in the long run while there is something saved. */
  partNow(nowMs: number): number {
    this.#refill(nowMs);
    const { part, burstMs } = this.#options;
    return Math.min(1, part * (1 + ((MOST_TIMES - 1) * Math.max(0, this.#balanceMs)) / burstMs));
  }

  #refill(nowMs: number): void {
    const earnedMs = Math.max(0, nowMs - this.#atMs) * this.#options.part;
    this.#balanceMs = Math.min(this.#options.burstMs, this.#balanceMs + earnedMs);
    this.#atMs = Math.max(this.#atMs, nowMs);
  }
}
