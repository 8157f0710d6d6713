import type { Readable, Writable } from "node:stream";
import type { Logger } from "../../util/log.ts";
import { encodeFrame } from "./codec.ts";
import { BridgeError, FrameError, readRemoteError } from "../errors.ts";
import { FrameDecoder } from "./frame-decoder.ts";
import { Outbox } from "./outbox.ts";
import { PeerRequests, type Handlers } from "./peer-requests.ts";
import { PendingCalls, type CallOptions } from "./pending-calls.ts";
import { FloodGuard } from "./flood-guard.ts";

export interface ConnectionOptions {
  readonly input: Readable;
  readonly output: Writable;
  readonly log: Logger;
  /** The peer in words, for messages. "the child" where not given. */
  readonly peer?: string;
  /** Requests of the peer. */
  readonly requests?: Handlers;
  /** Notifications of the peer. */
  readonly notifications?: Handlers;
  /** Bytes that may wait while the peer does not read; calls beyond that are refused. 32 MiB where not given. */
  readonly maxQueuedBytes?: number;
}

const REQUEST = 0;
const RESPONSE = 1;
const NOTIFICATION = 2;
const MAX_QUEUED_BYTES = 32 * 1024 * 1024;

/**
 * Calls, answers and notifications over two pipes, in both directions (docs/bridge-protocol.md). Ends by itself when a
 * pipe ends or the peer breaks the protocol.
 */
export class Connection {
  /** The messages written and read, and the answers that no call waited for (late, twice, or to no call). */
  sent = 0;
  received = 0;
  ignored = 0;
  /** Resolves, never rejects, to the error that ended the connection. */
  readonly closed: Promise<BridgeError>;

  readonly #requests: PeerRequests;
  readonly #notifications: Map<string, (params: unknown) => unknown>;
  readonly #log: Logger;
  readonly #peer: string;
  readonly #outbox: Outbox;
  readonly #calls: PendingCalls;
  readonly #unasked = new FloodGuard();
  readonly #decoder = new FrameDecoder((message, bytes) => this.#receive(message, bytes));
  readonly #input: Readable;
  readonly #ending = Promise.withResolvers<BridgeError>();
  #end: BridgeError | undefined;
  #isReceiving = false;
  #hasReplied = false;

  constructor({
    input,
    output,
    log,
    peer = "the child",
    requests = {},
    notifications,
    maxQueuedBytes = MAX_QUEUED_BYTES,
  }: ConnectionOptions) {
    this.#log = log;
    this.#peer = peer;
    this.#input = input;
    this.#requests = new PeerRequests(requests, (id, error, result) => this.#reply(id, error, result), log);
    this.#notifications = new Map(Object.entries(notifications ?? {}));
    this.#outbox = new Outbox(output, maxQueuedBytes);
    this.#calls = new PendingCalls((id) => this.#trySend([NOTIFICATION, "cancel", { id }]));
    this.closed = this.#ending.promise;
    this.#listen(input, output);
  }

  /** Calls that wait for their answers. */
  get inFlight(): number {
    return this.#calls.size;
  }

  /** The longest deadline of all calls in flight, milliseconds; 0 when none has one. */
  get longestDeadlineMs(): number {
    return this.#calls.longestDeadlineMs;
  }

  /** Whether the peer began a frame that is not complete yet. */
  get isInsideFrame(): boolean {
    return this.#decoder.isInsideFrame;
  }

  /**
   * Calls the peer. Rejects with a `RemoteError` where it answers with an error, otherwise with a {@link BridgeError}:
   * `TIMEOUT` (at most 50 ms late), `CANCELLED`, `ENCODE`, `OVERLOADED`, or what closed the connection.
   */
  request(method: string, params: unknown, options: CallOptions = {}): Promise<unknown> {
    if (this.#end !== undefined) return Promise.reject(this.#end);
    if (options.signal?.aborted) {
      return Promise.reject(new BridgeError("CANCELLED", "the call was given up", { cause: options.signal.reason }));
    }
    return this.#calls.add(method, options, (id) => {
      // A peer that has nothing else to do starts on this frame while the other sockets are read.
      this.#send([REQUEST, id, method, params], this.inFlight === 0 ? "next" : "soon");
    });
  }

  /** Notifies the peer. Does nothing once closed. Throws a {@link BridgeError} `ENCODE` or `OVERLOADED`. */
  notify(method: string, params: unknown): void {
    if (this.#end === undefined) this.#send([NOTIFICATION, method, params]);
  }

  /** Rejects every call in flight, and every later one, with this error. The first error stays. */
  close(error: BridgeError): void {
    if (this.#end !== undefined) return;
    this.#end = error;
    this.#outbox.clear();
    this.#calls.rejectAll(error);
    this.#ending.resolve(error);
    // Reads on and drops the data: a peer that is not killed must not hang on a full pipe.
    this.#input.resume();
  }

  #send(message: readonly unknown[], sent: Parameters<Outbox["push"]>[1] = "soon"): void {
    this.#outbox.push(encodeFrame(message), sent);
    this.sent += 1;
  }

  #listen(input: Readable, output: Writable): void {
    input.on("data", (chunk: Buffer) => {
      if (this.#end !== undefined) return;
      this.#isReceiving = true;
      try {
        this.#decoder.push(chunk);
      } catch (error) {
        this.#fail(error);
      }
      this.#isReceiving = false;
      if (this.#hasReplied) this.#outbox.flush();
      this.#hasReplied = false;
    });
    const lose = (cause?: Error) =>
      this.close(new BridgeError("CHILD_DOWN", `${this.#peer} closed its channel`, { cause }));
    input.once("end", () => lose());
    input.once("close", () => lose());
    input.on("error", lose);
    output.on("error", lose);
  }

  #fail(error: unknown): void {
    const ending =
      error instanceof BridgeError
        ? error
        : new BridgeError("PROTOCOL", `${this.#peer} broke the protocol`, { cause: error });
    const facts = error instanceof FrameError ? { err: error, head: error.head } : { err: error };
    this.#log.error(facts, `${this.#peer} broke the protocol; this ends it`);
    this.close(ending);
  }

  #receive(message: unknown, bytes: number): void {
    if (this.#end !== undefined) return;
    this.received += 1;
    if (!Array.isArray(message)) throw new BridgeError("PROTOCOL", "a message that is not an array");
    const parts = message as unknown[];
    if (parts[0] === RESPONSE && parts.length === 4) {
      this.#settle(parts[1], parts[2], parts[3], bytes);
    } else if (
      parts[0] === REQUEST &&
      parts.length === 4 &&
      typeof parts[1] === "number" &&
      typeof parts[2] === "string"
    ) {
      this.#unasked.add(bytes);
      this.#requests.receive(parts[1], parts[2], parts[3], bytes);
    } else if (parts[0] === NOTIFICATION && parts.length === 3 && typeof parts[1] === "string") {
      this.#unasked.add(bytes);
      void this.#hear(parts[1], parts[2]);
    } else {
      throw new BridgeError("PROTOCOL", "a message of an unknown shape");
    }
  }

  #settle(id: unknown, error: unknown, result: unknown, bytes: number): void {
    if (typeof id !== "number") throw new BridgeError("PROTOCOL", "an answer without an id");
    const known = error === null ? this.#calls.resolve(id, result) : this.#calls.reject(id, readRemoteError(error));
    if (known) return;
    this.ignored += 1;
    this.#unasked.add(bytes);
  }

  #reply(id: number, error: object | null, result: unknown): void {
    if (this.#end !== undefined) return;
    try {
      // The answers to what arrived together go in one write, without another turn of the event loop.
      this.#send([RESPONSE, id, error, result], this.#isReceiving ? "flushed" : "next");
      this.#hasReplied = this.#isReceiving;
    } catch (cause) {
      if (!(cause instanceof BridgeError) || cause.code !== "OVERLOADED") throw cause;
      this.#fail(new BridgeError("PROTOCOL", `${this.#peer} sends requests and does not read the answers`, { cause }));
    }
  }

  /** For messages without a caller that could be told: a child that reads nothing is found by other means. */
  #trySend(message: readonly unknown[]): void {
    if (this.#end !== undefined) return;
    try {
      this.#send(message);
    } catch (error) {
      this.#log.error({ err: error }, `a message to ${this.#peer} was lost`);
    }
  }

  async #hear(method: string, params: unknown): Promise<void> {
    try {
      await this.#notifications.get(method)?.(params);
    } catch (error) {
      this.#log.error({ err: error, method }, `a notification from ${this.#peer} could not be used`);
    }
  }
}
