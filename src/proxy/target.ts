import type { Purpose } from "./connection-places.ts";
import type { DescribeFailure } from "./failures.ts";
import type { UpstreamAnswer, UpstreamRequest } from "./streamed-requests.ts";

/**
 * The right to send a target one request. Nothing is tried again, since the target may have done what it did not
 * answer.
 */
export interface Turn {
  /**
   * Sends a streamed request. Rejects as the target's `describeFailure` says, or with the MatrixError that `body` was
   * destroyed with. The turn is over once the answer's body has ended, or was destroyed.
   */
  send(request: UpstreamRequest): Promise<UpstreamAnswer>;
}

/** A request that waits for a turn. */
export interface Waiter {
  /** Aborted when the client leaves: a request that still waits for its turn is not sent then. */
  readonly leaving?: AbortSignal | undefined;
  /**
   * The user, the credential or the address that asks. Each of them gets its turn, however much one of them asks for.
   */
  readonly asker?: string;
}

/** A server that requests are passed on to. */
export interface Target {
  /** How long it may take no data of a body, in milliseconds; 0 for no limit. */
  readonly timeoutMs: number;
  /**
   * Waits for a turn, which must then be used. Rejects where none comes in time, and at once where the client has left.
   */
  turn(purpose: Purpose, waiter?: Waiter): Promise<Turn>;
  readonly describeFailure: DescribeFailure;
}
