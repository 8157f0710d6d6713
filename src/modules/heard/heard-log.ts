import { currentRequest } from "../../callbacks/context/current-request.ts";
import { say } from "../../callbacks/said.ts";
import type { Logger } from "../../util/log.ts";
import { requestFacts } from "../../util/http/request-ids.ts";

/** A module's log: its lines name the request that they are about, and `call` hears errors and warnings as well. */
export function heardLog(log: Logger): Logger {
  const heard = (level: "warn" | "error" | "fatal") => (facts: object, message: string) => {
    const { err } = facts as { err?: unknown };
    say(
      level === "warn" ? "warning" : level,
      err instanceof Error ? `${message}: ${err.name}: ${err.message}` : message,
    );
    log[level](ofRequest(facts), message);
  };
  return {
    trace: (facts, message) => log.trace(ofRequest(facts), message),
    debug: (facts, message) => log.debug(ofRequest(facts), message),
    info: (facts, message) => log.info(ofRequest(facts), message),
    warn: heard("warn"),
    error: heard("error"),
    fatal: heard("fatal"),
    child: (facts) => heardLog(log.child(facts)),
  };
}

function ofRequest(facts: object): object {
  const request = currentRequest();
  return request === undefined ? facts : { ...requestFacts(request), ...facts };
}
