import { buildConnector } from "undici";
import { MatrixError, matrixError } from "../errors.ts";
import { Connections } from "./connections.ts";
import type { Exchanged } from "./small-request-client/keep-alive-connection.ts";
import { Places, type Purpose } from "./connection-places.ts";
import { StreamedRequests, type UpstreamAnswer, type UpstreamRequest } from "./streamed-requests.ts";
import { SmallRequestClient, type SmallRequest } from "./small-request-client/small-request-client.ts";

export interface UpstreamOptions {
  /** Its base URL; a path is put in front of every target. */
  readonly url: string;
  /** How long to wait for a free connection, and then for it to be established. */
  readonly connectTimeoutMs: number;
  /** How many connections there may be at a time. */
  readonly maxConnections: number;
  /** How long it may do nothing: not take a body, not answer, not go on with an answer. */
  readonly timeoutMs: number;
}

/** The right to send Synapse one request, by one of these: nothing is tried again, since Synapse may have stored what it did not answer. */
export interface Turn {
  /**
   * Sends a request that is streamed. Rejects with `UPSTREAM_UNREACHABLE`, `UPSTREAM_TIMEOUT`, `UPSTREAM_BROKEN`, or the MatrixError
   * that `body` was destroyed with. The turn is over once the answer's body has ended, or was destroyed.
   */
  send(request: UpstreamRequest): Promise<UpstreamAnswer>;
  /** As `send`, and resolves once the whole answer is there, which is small; rejects where it is cut short. */
  exchange(request: SmallRequest): Promise<Exchanged>;
}

/** A Synapse that keeps media, over connections that are kept. */
export interface Upstream {
  readonly timeoutMs: number;
  /**
   * Waits for a turn, which must then be used. Rejects with `UPSTREAM_BUSY` where none comes in time, and at once where `signal` tells
   * that the client has left.
   */
  turn(purpose: Purpose, signal?: AbortSignal): Promise<Turn>;
  /** Ends every connection. */
  close(): Promise<void>;
}

export function createUpstream(options: UpstreamOptions): Upstream {
  const { url, connectTimeoutMs, maxConnections, timeoutMs } = options;
  const address = new URL(url);
  const places = new Places(maxConnections, connectTimeoutMs);
  // HTTP/1.1 alone, whatever a proxy before Synapse offers: nothing else is spoken here.
  const connector = buildConnector({ timeout: connectTimeoutMs, allowH2: false });
  const connections = new Connections(maxConnections, connector);
  const streamed = new StreamedRequests(address, connections, timeoutMs);
  const whole = new SmallRequestClient(address, connections, timeoutMs);
  return {
    timeoutMs,
    async turn(purpose, signal) {
      const release = await places.take(purpose, signal);
      return {
        async send(request) {
          try {
            return await streamed.send(request, release);
          } catch (error) {
            throw describeFailure(error);
          }
        },
        async exchange(request) {
          try {
            return await whole.exchange(request);
          } catch (error) {
            throw describeFailure(error);
          } finally {
            release();
          }
        },
      };
    },
    async close() {
      connections.close();
      await streamed.close();
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
