/** What time it is, and calls that are made later. */
export interface Clock {
  /** Milliseconds of the epoch. */
  readonly now: () => number;
  /** Calls once, `delayMs` milliseconds from now. Returns a function that cancels the call. */
  readonly after: (delayMs: number, call: () => void) => () => void;
}

/** The machine's own. */
export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  after(delayMs, call) {
    const timer = setTimeout(call, delayMs);
    return () => clearTimeout(timer);
  },
};
