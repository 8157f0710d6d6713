/** What happened since the last look. */
export interface PaceLook {
  /** CPU of the thread and its children, in milliseconds. */
  readonly usedMs: number;
  /** Questions that wait now: where the CPU budget is spent, all that came since. */
  readonly waiting: number;
}

/** What a question costs until that is known, in milliseconds of CPU. */
const FIRST_COST_MS = 2;
const LEAST_COST_MS = 0.02;
/**
 * The known cost is at most multiplied by this before it is averaged: the first measurement contains the start of the
 * thread, which no question has caused.
 */
const MOST_RISE = 4;
/** The system counts CPU in hundredths of a second: fewer questions that used less tell nothing by themselves. */
const TELLING_COUNT = 50;
const TELLING_MS = 50;
/**
 * However little a question costs the shadow: to be heard and sent costs the service's own thread as much again, and
 * requests wait for it. A proof of 3,000 questions then takes 15 seconds of busy traffic.
 */
const MOST_PER_MS = 0.2;
/** Questions that may be sent at once after a quiet time, where one beat has no room for more. */
const LEAST_AT_ONCE = 8;
const UNDER_WAY = { least: 4, most: 64 };
/** How the share changes from one look to the next. */
const FALL = 0.5;
const RISE = 1.25;
const LEAST_SHARE = 0.001;
/** So many questions may wait without being a sign of too many, and so much CPU for them. */
const PATIENT = { questions: 500, cpuMs: 2_000 };
/** The part of those that wait which the next second should have room for. */
const CATCH_UP = 0.25;

/**
 * Spreads the questions to a shadow over time: a tenth of a core is then a tenth of every moment, in place of a whole
 * core for a tenth of the time, which requests would feel. `part` is always the part of one core to use now, 0 to 1. It
 * learns what a question costs, and which share of the questions can be asked: a few wait, and none is left out for
 * them.
 */
export class AskingPace {
  readonly #beatMs: number;
  #costMs = FIRST_COST_MS;
  #ready = LEAST_AT_ONCE;
  #atMs: number;
  #share = 1;
  #offered = 0;
  #sent = 0;
  /** Since the cost was last learned. */
  #settled = 0;
  #usedMs = 0;

  /** @param beatMs how often questions are sent at most, in milliseconds */
  constructor(beatMs: number, nowMs: number) {
    this.#beatMs = beatMs;
    this.#atMs = nowMs;
  }

  /** The part of the questions that may be sampled now, 0 to 1. */
  get share(): number {
    return this.#share;
  }

  /** How many may be under way: about what two beats have room for. */
  mostUnderWay(part: number): number {
    const { least, most } = UNDER_WAY;
    return Math.min(most, Math.max(least, Math.floor(2 * this.#perBeat(part))));
  }

  /** How many questions may be sent now. */
  available(nowMs: number, part: number): number {
    const earned = Math.max(0, nowMs - this.#atMs) * this.#perMs(part);
    this.#ready = Math.min(Math.max(LEAST_AT_ONCE, this.#perBeat(part)), this.#ready + earned);
    this.#atMs = Math.max(this.#atMs, nowMs);
    return Math.floor(this.#ready);
  }

  /** How long it takes until the next question may be sent, in milliseconds. */
  waitMs(nowMs: number, part: number): number {
    return this.available(nowMs, part) > 0 ? 0 : Math.ceil((1 - this.#ready) / this.#perMs(part));
  }

  /** One more question was sampled. */
  offer(): void {
    this.#offered += 1;
  }

  /** One more question is sent. */
  send(): void {
    this.#sent += 1;
    this.#ready -= 1;
  }

  /** So many more questions were answered. */
  settle(count: number): void {
    this.#settled += count;
  }

  /** Learns from what happened since the last look, about a second ago. */
  look({ usedMs, waiting }: PaceLook): void {
    this.#usedMs += usedMs;
    if (this.#settled >= TELLING_COUNT || this.#usedMs >= TELLING_MS) this.#learn();
    this.#share = Math.min(1, Math.max(LEAST_SHARE, this.#share * this.#factor(waiting)));
    this.#offered = 0;
    this.#sent = 0;
  }

  #learn(): void {
    const measuredMs = this.#usedMs / Math.max(1, this.#settled);
    const costMs = Math.min(this.#costMs * MOST_RISE, Math.max(LEAST_COST_MS, measuredMs));
    this.#costMs = (this.#costMs + costMs) / 2;
    this.#usedMs = 0;
    this.#settled = 0;
  }

  /** Where questions wait, the share becomes the one that could be asked, with some room to ask those. */
  #factor(waiting: number): number {
    if (waiting <= PATIENT.questions && waiting * this.#costMs <= PATIENT.cpuMs) return RISE;
    return Math.max(FALL, Math.min(1, this.#sent / (this.#offered + waiting * CATCH_UP)));
  }

  /** What one beat has room for. */
  #perBeat(part: number): number {
    return this.#beatMs * this.#perMs(part);
  }

  #perMs(part: number): number {
    return Math.min(MOST_PER_MS, part / this.#costMs);
  }
}
