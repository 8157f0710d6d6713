import { pino } from "pino";
import { BatchedOutput } from "./log/batched-output.ts";
import { openStdout } from "./log/stdout.ts";
import { timeOfLine } from "./log/time-of-line.ts";

export type Level = "trace" | "debug" | "info" | "warn" | "error" | "fatal";

/** How all parts of the service log: pino's call form, `log.info({facts}, "message")`. */
export interface Logger {
  trace(facts: object, message: string): void;
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
  fatal(facts: object, message: string): void;
  child(facts: object): Logger;
}

/** JSON lines on stdout, unless the output is another. Errors are logged under `err` with their stack and cause. */
export function createLogger(level: Level, output = new BatchedOutput(openStdout())): Logger {
  return pino({ level, base: null, timestamp: timeOfLine }, output);
}
