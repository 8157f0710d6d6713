import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

/** A request and its response. */
export interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
}

/** How often a connection with waiting requests is read nevertheless: only reading tells that its client has left. */
const LOOK_MS = 1000;
/**
 * How many requests may wait before the connection is not even looked at: more than one read can bring, 64 KiB of the
 * smallest.
 */
const MAX_WAITING = 4000;
/** How many times in a row a connection may be too full to be looked at before it is closed. */
const MAX_SKIPPED_LOOKS = 60;

/**
 * How many requests may wait on all connections together, at some kilobytes each. Beyond that, the connections with the
 * most waiting requests are closed.
 */
const MAX_WAITING_OVERALL = 10_000;
/** How many requests may wait on any connection nevertheless. */
const FAIR_SHARE = 100;

let waitingOverall = 0;

const turns = new WeakMap<Duplex, RequestTurns>();

/** The turns of a connection. */
export function turnsOf(socket: Duplex): RequestTurns {
  let known = turns.get(socket);
  if (known === undefined) turns.set(socket, (known = new RequestTurns(socket)));
  return known;
}

/**
 * The requests of one connection, one at a time: the next begins when the answer before it has been sent. Node emits
 * every request as soon as it is parsed. If all were served at once, a few kilobytes of pipelined requests would hold
 * hundreds of files, and requests whose answer is not the first in line would never learn that their client has left.
 * While a request waits, the connection is not read.
 */
export class RequestTurns {
  readonly #socket: Duplex;
  readonly #waiting: (Exchange & { readonly begin: () => void })[] = [];
  #current: Exchange | undefined;
  #latest: Exchange | undefined;
  #end: (() => void) | undefined;
  #look: NodeJS.Timeout | undefined;
  #isLooking = false;
  #skippedLooks = 0;

  constructor(socket: Duplex) {
    this.#socket = socket;
    // Reading the body of a request resumes the connection, even if other code paused it.
    socket.on("resume", () => {
      if (this.#waiting.length > 0 && !this.#isLooking) socket.pause();
    });
    socket.once("close", () => this.#forget());
  }

  /** The most recently parsed request. */
  get latest(): Exchange | undefined {
    return this.#latest;
  }

  /** Whether a request is being served. */
  get isServing(): boolean {
    return this.#current !== undefined;
  }

  /**
   * Calls `begin` when it is this request's turn, at once where no other is under way; never where the connection ends
   * before.
   */
  take(exchange: Exchange, begin: () => void): void {
    this.#latest = exchange;
    // Requests that are still parsed on a connection that is gone.
    if (this.#socket.destroyed) return;
    if (this.#current === undefined) {
      this.#serve(exchange, begin);
    } else {
      this.#waiting.push({ ...exchange, begin });
      waitingOverall += 1;
      if (waitingOverall > MAX_WAITING_OVERALL && this.#waiting.length > FAIR_SHARE) this.#socket.destroy();
      else this.#holdBack();
    }
  }

  /** Withdraws a request that waits for its turn. Returns whether it did. */
  withdraw({ req }: Exchange): boolean {
    const index = this.#waiting.findIndex((waiting) => waiting.req === req);
    if (index === -1) return false;
    this.#waiting.splice(index, 1);
    waitingOverall -= 1;
    return true;
  }

  /** Calls `end` once all requests have been answered, if the connection is still open. */
  endWith(end: () => void): void {
    this.#end = end;
    if (this.#current === undefined) this.#advance();
  }

  #serve(exchange: Exchange, begin: () => void): void {
    this.#current = exchange;
    exchange.res.once("close", () => {
      this.#current = undefined;
      this.#advance();
    });
    begin();
  }

  #advance(): void {
    // A connection that closes with the previous answer takes no other.
    if (!this.#socket.writable) return this.#forget();
    const next = this.#waiting.shift();
    if (next) waitingOverall -= 1;
    this.#skippedLooks = 0;
    if (this.#waiting.length === 0) this.#letIn();
    if (next) this.#serve(next, next.begin);
    else this.#end?.();
  }

  #holdBack(): void {
    this.#isLooking = false;
    this.#socket.pause();
    this.#look ??= setTimeout(() => this.#lookForClient(), LOOK_MS).unref();
  }

  #letIn(): void {
    if (this.#look === undefined) return;
    clearTimeout(this.#look);
    this.#look = undefined;
    this.#isLooking = false;
    this.#socket.resume();
  }

  /** Reads until the next request arrives, or as many wait as may. */
  #lookForClient(): void {
    const body = this.#waiting.at(-1)?.req;
    const isFull = body !== undefined && body.readableLength >= body.readableHighWaterMark;
    if (!isFull && this.#waiting.length <= MAX_WAITING) {
      this.#skippedLooks = 0;
      this.#isLooking = true;
      this.#socket.resume();
    } else if (++this.#skippedLooks >= MAX_SKIPPED_LOOKS) {
      this.#socket.destroy();
      return;
    }
    this.#look = setTimeout(() => this.#lookForClient(), LOOK_MS).unref();
  }

  #forget(): void {
    waitingOverall -= this.#waiting.length;
    this.#waiting.length = 0;
    this.#end = undefined;
    clearTimeout(this.#look);
  }
}
