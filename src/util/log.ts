import { pino } from "pino";

export type Level = "trace" | "debug" | "info" | "warn" | "error" | "fatal";

/** What parts of the service log through: pino's call form, `log.info({facts}, "message")`. */
export interface Logger {
  trace(facts: object, message: string): void;
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
  fatal(facts: object, message: string): void;
  child(facts: object): Logger;
}

/** JSON lines on stdout. Errors are logged under `err` with their stack and cause. */
export function createLogger(level: Level): Logger {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime });
}
