import type { Level, Logger } from "../util/log.ts";

/** A line of a log. */
export interface LogLine {
  readonly level: Level;
  /** Those of the line, and those that its logger adds to all of its lines, such as `module`. */
  readonly facts: Record<string, unknown>;
  readonly message: string;
}

/** A log whose lines a test reads, and can wait for. */
export interface RecordedLog extends Logger {
  readonly lines: LogLine[];
  /** All lines as one text, in which a test looks for what must not be there. */
  text(): string;
  /** Resolves with the first line, past or coming, for which this is true. */
  waitFor(matches: (line: LogLine) => boolean): Promise<LogLine>;
}

/** A log that prints nothing and keeps every line. */
export function recordLog(): RecordedLog {
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
