import type { Level, Logger } from "../../src/util/log.ts";

export interface LogLine {
  readonly level: Level;
  readonly facts: Record<string, unknown>;
  readonly message: string;
}

/** A log whose lines a test reads, and can wait for. */
export interface CapturedLog extends Logger {
  readonly lines: LogLine[];
  /** All lines as one text: for "never says …". */
  text(): string;
  /** The first line, past or coming, that the test is about. */
  waitFor(matches: (line: LogLine) => boolean): Promise<LogLine>;
}

export function captureLog(): CapturedLog {
  const lines: LogLine[] = [];
  const waiting = new Set<(line: LogLine) => void>();
  const record = (level: Level, bound: object) => (facts: object, message: string) => {
    const line: LogLine = { level, facts: { ...bound, ...facts }, message };
    lines.push(line);
    for (const look of waiting) look(line);
  };
  const bind = (bound: object): Logger => ({
    trace: record("trace", bound),
    debug: record("debug", bound),
    info: record("info", bound),
    warn: record("warn", bound),
    error: record("error", bound),
    fatal: record("fatal", bound),
    child: (facts) => bind({ ...bound, ...facts }),
  });
  return {
    ...bind({}),
    lines,
    text: () => lines.map(({ facts, message }) => `${JSON.stringify(facts, describeErrors)} ${message}`).join("\n"),
    waitFor: (matches) =>
      new Promise((resolve) => {
        const found = lines.find(matches);
        if (found) return resolve(found);
        const look = (line: LogLine) => {
          if (!matches(line)) return;
          waiting.delete(look);
          resolve(line);
        };
        waiting.add(look);
      }),
  };
}

function describeErrors(_key: string, value: unknown): unknown {
  return value instanceof Error ? { name: value.name, message: value.message, cause: value.cause } : value;
}
