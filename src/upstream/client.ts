import type { EventEmitter } from "node:events";
import type { Readable } from "node:stream";
import { buildConnector, Pool } from "undici";
import { MatrixError, matrixError } from "../errors.ts";
import type { RawHeaders } from "./headers.ts";
import type { Exchanged } from "./kept-connection.ts";
import { WholeExchanges, type WholeRequest } from "./whole-exchanges.ts";
import { freeWrittenPieces } from "./written-pieces.ts";

export interface UpstreamOptions {
  /** Its base URL; a path is put in front of every target. */
  readonly url: string;
  readonly connectTimeoutMs: number;
  /** How long it may do nothing: not take a body, not answer, not go on with an answer. */
  readonly timeoutMs: number;
}

/** A request to Synapse. */
export interface UpstreamRequest {
  readonly method: string;
  /** Path and query, as a client sends them; begins with a slash. */
  readonly target: string;
  readonly headers: RawHeaders;
  readonly body: Readable | null;
  /** Emits `abort` when the answer is not wanted any more. */
  readonly signal?: EventEmitter;
}

/** Its answer, as it comes. */
export interface UpstreamAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: RawHeaders;
  readonly body: Readable;
}

/** A Synapse that keeps media, over connections that are kept. */
export interface Upstream {
  readonly timeoutMs: number;
  /**
   * Sends a request once: nothing is tried again, since Synapse may have stored what it did not answer. Rejects with
   * `UPSTREAM_UNREACHABLE`, `UPSTREAM_TIMEOUT`, `UPSTREAM_BROKEN`, or the MatrixError that `body` was destroyed with.
   */
  send(request: UpstreamRequest): Promise<UpstreamAnswer>;
  /** As `send`, and resolves once the whole answer is there, which is small; rejects where it is cut short. */
  exchange(request: WholeRequest): Promise<Exchanged>;
  /** Ends every connection. */
  close(): Promise<void>;
}

export function createUpstream({ url, connectTimeoutMs, timeoutMs }: UpstreamOptions): Upstream {
  const address = new URL(url);
  const { origin, pathname } = address;
  const prefix = pathname.replace(/\/+$/, "");
  const connector = buildConnector({ timeout: connectTimeoutMs });
  const connect: buildConnector.connector = (options, done) =>
    connector(options, (error, socket) => {
      // Told apart here, where nothing can have been sent yet: later the same errors say nothing of that.
      if (error) done(matrixError("UPSTREAM_UNREACHABLE", { cause: error }), null);
      else done(null, socket);
    });
  const pool = new Pool(origin, {
    connect: (options, done) =>
      connect(options, (...outcome) => {
        if (outcome[1]) freeWrittenPieces(outcome[1]);
        done(...outcome);
      }),
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    pipelining: 1,
  });
  const whole = new WholeExchanges(address, connect, timeoutMs);
  return {
    timeoutMs,
    async send({ method, target, headers, body, signal }) {
      try {
        const response = await pool.request({
          method,
          path: prefix + target,
          headers: [...headers],
          body,
          responseHeaders: "raw",
          ...(signal && { signal }),
        });
        // With `raw` they are a list, whatever the type says.
        const raw = response.headers as unknown as string[];
        return {
          status: response.statusCode,
          statusText: response.statusText,
          headers: raw,
          body: response.body,
        };
      } catch (error) {
        throw describeFailure(error);
      }
    },
    async exchange(request) {
      try {
        return await whole.exchange(request);
      } catch (error) {
        throw describeFailure(error);
      }
    },
    close() {
      whole.close();
      return pool.destroy();
    },
  };
}

/** The coded error of a request, or of an answer, that failed. */
export function describeFailure(error: unknown): MatrixError {
  if (MatrixError.is(error)) return error;
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
  // What it would not send at all, or not to its end: a header that no request may have twice, for one.
  if (code === "UND_ERR_INVALID_ARG" || code === "UND_ERR_REQ_CONTENT_LENGTH_MISMATCH")
    return matrixError("BAD_REQUEST", { cause: error });
  if (/^UND_ERR_(?:HEADERS|BODY)_TIMEOUT$/.test(code)) return matrixError("UPSTREAM_TIMEOUT", { cause: error });
  return matrixError("UPSTREAM_BROKEN", { cause: error });
}
