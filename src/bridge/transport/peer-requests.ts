import type { Logger } from "../../util/log.ts";
import { BridgeError } from "../errors.ts";

/**
 * Handlers by method; other methods are not called. What a request's handler returns is its result, or a promise of it.
 */
export type Handlers = Readonly<Record<string, (params: unknown) => unknown>>;

/** An error of the wire, or null, and a result. */
type Reply = (id: number, error: object | null, result: unknown) => void;

interface Asked {
  readonly handler: (params: unknown) => unknown;
  readonly params: unknown;
  readonly bytes: number;
}

/** Requests that may wait for their answers at a time, and their bytes; others are refused. */
const MAX_IN_FLIGHT = 10_000;
const MAX_BYTES_IN_FLIGHT = 64 * 1024 * 1024;

/** The peer's requests: looked up in a table, a limited number at a time. */
export class PeerRequests {
  readonly #handlers: ReadonlyMap<string, (params: unknown) => unknown>;
  readonly #reply: Reply;
  readonly #log: Logger;
  #lastId = 0;
  #inFlight = 0;
  #bytesInFlight = 0;
  #hasWarned = false;

  /** `reply` throws a {@link BridgeError} `ENCODE` for a result that cannot be sent, and nothing else. */
  constructor(handlers: Handlers, reply: Reply, log: Logger) {
    this.#handlers = new Map(Object.entries(handlers));
    this.#reply = reply;
    this.#log = log;
  }

  /**
   * Answers, at once where the result of the handler is not a promise. Throws a {@link BridgeError} `PROTOCOL` for an id
   * that does not count up.
   */
  receive(id: number, method: string, params: unknown, bytes: number): void {
    if (!Number.isSafeInteger(id) || id <= this.#lastId) {
      throw new BridgeError("PROTOCOL", `a request whose id does not count up: ${id} after ${this.#lastId}`);
    }
    this.#lastId = id;
    const handler = this.#handlers.get(method);
    if (handler === undefined) {
      this.#reply(id, { kind: "protocol", type: "UnknownMethod", message: "there is no such method" }, null);
    } else if (this.#inFlight >= MAX_IN_FLIGHT || this.#bytesInFlight + bytes > MAX_BYTES_IN_FLIGHT) {
      this.#refuse(id);
    } else {
      this.#answer(id, method, { handler, params, bytes });
    }
  }

  #answer(id: number, method: string, { handler, params, bytes }: Asked): void {
    try {
      const result = handler(params);
      if (result instanceof Promise) void this.#answerLater(id, method, result, bytes);
      else this.#reply(id, null, result);
    } catch (error) {
      this.#fail(id, method, error);
    }
  }

  async #answerLater(id: number, method: string, result: Promise<unknown>, bytes: number): Promise<void> {
    this.#inFlight += 1;
    this.#bytesInFlight += bytes;
    try {
      this.#reply(id, null, await result);
    } catch (error) {
      this.#fail(id, method, error);
    } finally {
      this.#inFlight -= 1;
      this.#bytesInFlight -= bytes;
    }
  }

  #fail(id: number, method: string, error: unknown): void {
    this.#log.error({ err: error, method }, "a request from the child failed");
    this.#reply(id, describeFailure(error), null);
  }

  #refuse(id: number): void {
    if (!this.#hasWarned) {
      this.#hasWarned = true;
      this.#log.warn(
        { inFlight: this.#inFlight, bytesInFlight: this.#bytesInFlight },
        "the child has too many requests in flight: more are refused",
      );
    }
    const message = "too many requests wait for their answers";
    this.#reply(id, { kind: "unavailable", type: "TooManyRequests", message, traceback: "" }, null);
  }
}

function describeFailure(error: unknown): object {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return { kind: "host", type: clean(name), message: clean(message), traceback: "" };
}

/** By way of bytes, which turns lone surrogates into replacement characters. */
function clean(text: string): string {
  return Buffer.from(text).toString();
}
