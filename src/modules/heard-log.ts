import { say } from "../callbacks/said.ts";
import type { Logger } from "../util/log.ts";

/** A module's log, of which `call` hears errors and warnings as well. */
export function heardLog(log: Logger): Logger {
  const heard = (level: "warn" | "error" | "fatal") => (facts: object, message: string) => {
    const { err } = facts as { err?: unknown };
    say(
      level === "warn" ? "warning" : level,
      err instanceof Error ? `${message}: ${err.name}: ${err.message}` : message,
    );
    log[level](facts, message);
  };
  return {
    trace: (facts, message) => log.trace(facts, message),
    debug: (facts, message) => log.debug(facts, message),
    info: (facts, message) => log.info(facts, message),
    warn: heard("warn"),
    error: heard("error"),
    fatal: heard("fatal"),
    child: (facts) => heardLog(log.child(facts)),
  };
}
