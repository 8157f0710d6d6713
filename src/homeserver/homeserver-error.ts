import { CATALOGUE } from "../errors.ts";

/** Why the homeserver could not say which user makes a request. */
export type HomeserverErrorCode = "HOMESERVER_UNREACHABLE" | "HOMESERVER_TIMEOUT" | "HOMESERVER_BAD_ANSWER";

/**
 * The homeserver gave no usable answer. The message is for the log. It has no `cause`: an HTTP client's error may hold
 * bytes of the answer, and a confused server may echo the token there.
 */
export class HomeserverError extends Error {
  override readonly name: string = "HomeserverError";
  readonly code: HomeserverErrorCode;
  /** When the homeserver wants to be asked again, if it said so. */
  readonly retryAfterSeconds: number | undefined;

  constructor(code: HomeserverErrorCode, message: string, retryAfterSeconds?: number) {
    super(message);
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The homeserver was not asked, because modules are only checked. */
export class DryRunRefusal extends HomeserverError {
  override readonly name: string = "DryRunRefusal";
  /** Without the name of the call. */
  readonly reason: string = "calls to the homeserver are held back during a check";

  constructor(what: string) {
    super("HOMESERVER_UNREACHABLE", `${what}: calls to the homeserver are held back during a check`);
  }
}

/** The seconds after which it is worth asking again: the catalogue's, unless the homeserver named a time. */
export function retryAfterSecondsOf(error: HomeserverError): number {
  return error.retryAfterSeconds ?? CATALOGUE.HOMESERVER_UNAVAILABLE[3];
}
