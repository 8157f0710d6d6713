/** Settings of a {@link CpuBudget}. */
export interface BudgetOptions {
  /** The part of one core that may be used in the long run, 0 to 1. */
  readonly part: number;
  /** How much may be used at once, in milliseconds of CPU. */
  readonly burstMs: number;
}

/** How the share changes each time that it is looked at. */
const FALL = 0.5;
const RISE = 1.25;
const LEAST_SHARE = 0.001;

/**
 * The CPU that a shadow may use. What is used beyond it is a debt, and no question is asked until that is paid; the
 * share of sampled questions falls meanwhile, and rises again later. Times are milliseconds.
 */
export class CpuBudget {
  readonly #options: BudgetOptions;
  #balanceMs: number;
  #atMs: number;
  #share = 1;
  #wasSpent = false;

  constructor(options: BudgetOptions, nowMs: number) {
    this.#options = options;
    this.#balanceMs = options.burstMs;
    this.#atMs = nowMs;
  }

  /** The part of the questions that may be sampled now, 0 to 1. */
  get share(): number {
    return this.#share;
  }

  charge(usedMs: number, nowMs: number): void {
    this.#refill(nowMs);
    this.#balanceMs -= usedMs;
    if (this.#balanceMs <= 0) this.#wasSpent = true;
  }

  /** How long it takes until questions may be asked again; 0 where they may be asked now. */
  waitMs(nowMs: number): number {
    this.#refill(nowMs);
    return this.#balanceMs > 0 ? 0 : Math.ceil((1 - this.#balanceMs) / this.#options.part);
  }

  /** Adapts the share to what was used since the last time. */
  adapt(): void {
    const factor = this.#wasSpent || this.#balanceMs <= 0 ? FALL : RISE;
    this.#share = Math.min(1, Math.max(LEAST_SHARE, this.#share * factor));
    this.#wasSpent = false;
  }

  #refill(nowMs: number): void {
    const earnedMs = Math.max(0, nowMs - this.#atMs) * this.#options.part;
    this.#balanceMs = Math.min(this.#options.burstMs, this.#balanceMs + earnedMs);
    this.#atMs = Math.max(this.#atMs, nowMs);
  }
}
