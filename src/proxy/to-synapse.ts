import { loadUndici } from "../util/http/undici.ts";
import { Connections } from "./connections.ts";
import { describeFailure } from "./failures.ts";
import type { Exchanged } from "./small-request-client/keep-alive-connection.ts";
import { Places, type PlacesLoad, type Purpose } from "./connection-places.ts";
import { StreamedRequests } from "./streamed-requests.ts";
import type { Target, Turn, Waiter } from "./target.ts";
import { SmallRequestClient, type SmallRequest } from "./small-request-client/small-request-client.ts";

export interface UpstreamOptions {
  /** Its base URL; its path precedes every target. */
  readonly url: string;
  /** How long to wait for a free connection, and then for it to be established. */
  readonly connectTimeoutMs: number;
  /** The most connections at a time. */
  readonly maxConnections: number;
  /** How long Synapse may do nothing: take no data of a body, not answer, or not continue an answer. */
  readonly timeoutMs: number;
}

/**
 * The right to send Synapse one request, in one of two ways. `send` rejects with `UPSTREAM_UNREACHABLE`,
 * `UPSTREAM_TIMEOUT` or `UPSTREAM_BROKEN`.
 */
export interface SynapseTurn extends Turn {
  /** Like `send`, but resolves once the whole answer, which is small, is there; rejects where it is cut short. */
  exchange(request: SmallRequest): Promise<Exchanged>;
}

/** A Synapse that keeps media, over keep-alive connections. */
export interface Upstream extends Target {
  /** Like {@link Target.turn}. Rejects with `UPSTREAM_BUSY` where none comes in time. */
  turn(purpose: Purpose, waiter?: Waiter): Promise<SynapseTurn>;
  /** The requests that are on their way to it, and those that wait for their turn. */
  load(): PlacesLoad;
  /** Ends every connection. */
  close(): Promise<void>;
}

export function createUpstream(options: UpstreamOptions): Upstream {
  const { url, connectTimeoutMs, maxConnections, timeoutMs } = options;
  const address = new URL(url);
  const places = new Places(maxConnections, connectTimeoutMs);
  // HTTP/1.1 alone, whatever a proxy in front of Synapse offers: the service speaks nothing else.
  const connector = loadUndici().buildConnector({ timeout: connectTimeoutMs, allowH2: false });
  const connections = new Connections(maxConnections, connector);
  const streamed = new StreamedRequests(address, connections, { timeoutMs, keepsConnections: true });
  const whole = new SmallRequestClient(address, connections, timeoutMs);
  return {
    timeoutMs,
    describeFailure,
    load: () => places.load,
    async turn(purpose, waiter) {
      const release = await places.take(purpose, waiter);
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
