import type { Logger } from "../../util/log.ts";

/** A line that is passed on. */
export type Relay = (level: "warn" | "error", facts: object, message: string) => void;

const LINES_PER_MINUTE = 20;
const MAX_FACTS = 4_096;
const MAX_MESSAGE = 1_024;

/** Counts the lines of a minute. */
class LineAllowance {
  #left = LINES_PER_MINUTE;
  #sinceMs = performance.now();

  take(): boolean {
    if (performance.now() - this.#sinceMs > 60_000) {
      this.#left = LINES_PER_MINUTE;
      this.#sinceMs = performance.now();
    }
    this.#left -= 1;
    return this.#left >= 0;
  }
}

/**
 * A log that passes warnings and errors on, as plain data and 20 a minute at most: a candidate may log without end, and
 * what it does is counted elsewhere.
 */
export function relayLog(relay: Relay, facts: object = {}, allowance = new LineAllowance()): Logger {
  // Nothing holds a candidate to the types: the service's own log takes a message alone, and anything else, as well.
  const pass = (level: "warn" | "error") => (more: unknown, message: unknown) => {
    if (!allowance.take()) return;
    const words = typeof more === "string" ? more : message;
    relay(level, plain(facts, more), typeof words === "string" ? words.slice(0, MAX_MESSAGE) : "");
  };
  return {
    trace: nothing,
    debug: nothing,
    info: nothing,
    warn: pass("warn"),
    error: pass("error"),
    fatal: pass("error"),
    child: (more) => relayLog(relay, { ...facts, ...more }, allowance),
  };
}

function nothing(): void {
  // Not passed on.
}

function plain(facts: object, more: unknown): object {
  try {
    const all = { ...facts, ...(typeof more === "object" ? more : {}) };
    const text = JSON.stringify(all, (_key, value: unknown) =>
      value instanceof Error ? { name: value.name, message: value.message, stack: value.stack } : value,
    );
    return text.length > MAX_FACTS ? { cut: text.slice(0, MAX_FACTS) } : (JSON.parse(text) as object);
  } catch {
    // A bigint, a circle, a getter that throws.
    return {};
  }
}
