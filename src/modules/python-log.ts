import type { Level, Logger } from "../util/log.ts";

const LEVELS: Record<string, Level> = {
  debug: "debug",
  info: "info",
  warning: "warn",
  error: "error",
  critical: "fatal",
};

/** Logs a record of the shim: Python's `logging`, with level, logger name, traceback and, where known, the module. */
export function logChildRecord(log: Logger, record: Readonly<Record<string, unknown>>): void {
  const { level, message, ...facts } = record;
  log[LEVELS[String(level)] ?? "info"]({ python: facts }, String(message));
}

/** Logs a line of whose printing nothing is known. */
export function logChildText(log: Logger, text: string): void {
  log.info({ python: { logger: "stdout" } }, text);
}
