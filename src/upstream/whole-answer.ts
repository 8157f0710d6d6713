import type { Dispatcher } from "undici";
import { matrixError } from "../errors.ts";
import type { RawHeaders } from "./headers.ts";

/** Longer than any answer of Synapse's, or of a proxy in front of it, to an upload. */
export const MAX_ANSWER_BYTES = 1024 * 1024;

/** An answer of which all has come. */
export interface WholeAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: RawHeaders;
  readonly body: Buffer;
}

/** Collects a small answer as it is parsed. By undici's lower interface: to stream it costs several times what it takes to send the request. */
export class AnswerCollector implements Dispatcher.DispatchHandler {
  readonly #resolve: (answer: WholeAnswer) => void;
  readonly #reject: (error: Error) => void;
  #head: Omit<WholeAnswer, "body"> | undefined;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(resolve: (answer: WholeAnswer) => void, reject: (error: Error) => void) {
    this.#resolve = resolve;
    this.#reject = reject;
  }

  // Without it undici takes this for a handler of its former interface.
  onRequestStart(): void {}

  onResponseStart(controller: Dispatcher.DispatchController, status: number, _parsed: unknown, statusText = ""): void {
    // What is said on the way to an answer, "103 Early Hints" for one, comes here too, and the answer's own last.
    this.#head = { status, statusText, headers: textsOf(controller.rawHeaders) };
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes <= MAX_ANSWER_BYTES) this.#chunks.push(chunk);
    else controller.abort(matrixError("UPSTREAM_BROKEN", { cause: new Error("the answer is too long") }));
  }

  onResponseEnd(): void {
    const [first = Buffer.alloc(0)] = this.#chunks;
    const body = this.#chunks.length > 1 ? Buffer.concat(this.#chunks, this.#bytes) : first;
    if (this.#head) this.#resolve({ ...this.#head, body });
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.#reject(error);
  }
}

/** As they came, one character a byte. */
function textsOf(raw: Dispatcher.DispatchController["rawHeaders"]): string[] {
  return Array.isArray(raw) ? raw.map((text) => (typeof text === "string" ? text : text.toString("latin1"))) : [];
}
