import type { IncomingMessage } from "node:http";
import { matrixError } from "../errors.ts";
import { Turns } from "../util/concurrency/turns.ts";
import { loadUndici } from "../util/http/undici.ts";
import { Connections } from "./connections.ts";
import { describeChildFailure } from "./failures.ts";
import { endToEnd } from "./headers.ts";
import { StreamedRequests } from "./streamed-requests.ts";
import type { Target } from "./target.ts";

/** More requests would only wait in the child, which does one thing at a time, and hold memory and descriptors. */
const MAX_CONNECTIONS = 32;
/** Longer than for modules that are busy deciding: a connection is held for as long as a resource takes to answer. */
const RETRY_AFTER_SECONDS = 5;
/** For a Unix socket the host means nothing. */
const URL_OF_CHILD = new URL("http://localhost");
/** The header by which lines of the child's log name the request; the child removes it before a resource sees it. */
const REQUEST_NUMBER = "X-Media-Bridge-Request";
/** Headers that a client must not set, in lower case. */
const OURS: ReadonlySet<string> = new Set([
  "expect", "content-length", "x-forwarded-for", "x-forwarded-proto", REQUEST_NUMBER.toLowerCase(),
]); // prettier-ignore

/**
 * A Python child, which serves web resources at a Unix socket and may take as long as it needs. A turn rejects with
 * `MODULES_BUSY` (503) where none comes in time, and a request with `MODULE_UNAVAILABLE` (503) where the child is away,
 * or ends without an answer.
 *
 * @param maxWaitMs how long a request waits for its turn
 */
export function createChildTarget(socketPath: string, maxWaitMs: number): Target {
  const turns = new Turns(MAX_CONNECTIONS);
  const connector = loadUndici().buildConnector({ socketPath, allowH2: false });
  // Connections are not used again: the child may close one at that very moment, and a body cannot be sent twice. The
  // child is nevertheless told that they are kept; otherwise it would close at an early answer, while the body is still
  // being sent.
  const options = { timeoutMs: 0, keepsConnections: false };
  const requests = new StreamedRequests(URL_OF_CHILD, new Connections(MAX_CONNECTIONS, connector), options);
  return {
    timeoutMs: options.timeoutMs,
    describeFailure: describeChildFailure,
    async turn(_purpose, { leaving } = {}) {
      if (!(await turns.take({ timeoutMs: maxWaitMs, whenGone: abortOf(leaving) }))) {
        if (leaving?.aborted) throw matrixError("UPLOAD_INCOMPLETE");
        throw matrixError("MODULES_BUSY", { headers: { "Retry-After": String(RETRY_AFTER_SECONDS) } });
      }
      return {
        async send(request) {
          try {
            return await requests.send(request, () => turns.pass());
          } catch (error) {
            throw describeChildFailure(error);
          }
        },
      };
    },
  };
}

function abortOf(signal: AbortSignal | undefined): (gone: () => void) => () => void {
  return (gone) => {
    if (signal?.aborted) gone();
    signal?.addEventListener("abort", gone);
    return () => signal?.removeEventListener("abort", gone);
  };
}

/**
 * The headers of a request as they are sent to the child, without the length of its body. The child has room for what is
 * added here to the lines of a client.
 *
 * @param xForwarded whether `X-Forwarded-…` of the request is trusted
 * @param number the number of the request in the log
 */
export function childHeaders(req: IncomingMessage, xForwarded: boolean, number: number | undefined): string[] {
  const chain = xForwarded ? req.headers["x-forwarded-for"] : undefined;
  const forwarded = chain ?? req.socket.remoteAddress;
  const scheme = xForwarded ? req.headers["x-forwarded-proto"] : "http";
  return [
    ...endToEnd(req.rawHeaders, OURS),
    ...(number === undefined ? [] : [REQUEST_NUMBER, String(number)]),
    ...(typeof forwarded === "string" ? ["X-Forwarded-For", forwarded] : []),
    ...(typeof scheme === "string" ? ["X-Forwarded-Proto", scheme] : []),
  ];
}
