import type { Level, Logger } from "../util/log.ts";

const LEVELS: Record<string, Level> = {
  debug: "debug",
  info: "info",
  warning: "warn",
  error: "error",
  critical: "fatal",
};

/**
 * Logs a record of the shim: Python's `logging`, or what a module printed, with level, logger name and traceback. The module, its
 * callback and the request's number, where they are known, stand where the service's own lines have them.
 */
export function logChildRecord(log: Logger, record: Readonly<Record<string, unknown>>): void {
  const { level, message, request, module, callback, ...python } = record;
  const facts = {
    ...(request !== undefined && { request }),
    ...(module !== undefined && { module }),
    ...(callback !== undefined && { callback }),
    python,
  };
  log[LEVELS[String(level)] ?? "info"](facts, String(message));
}

/** Logs a line of whose printing nothing is known. */
export function logChildText(log: Logger, text: string): void {
  log.info({ python: { logger: "stdout" } }, text);
}
