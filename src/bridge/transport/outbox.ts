import type { Writable } from "node:stream";
import { BridgeError } from "../errors.ts";

/**
 * Outgoing data: the frames of one turn of the event loop in one write, and a bounded queue while the peer does not
 * read.
 */
export class Outbox {
  readonly #output: Writable;
  readonly #maxQueuedBytes: number;
  #frames: Buffer[] = [];
  #queuedBytes = 0;
  #isFlushPlanned = false;
  #isDraining = false;

  constructor(output: Writable, maxQueuedBytes: number) {
    this.#output = output;
    this.#maxQueuedBytes = maxQueuedBytes;
    output.on("drain", () => {
      this.#isDraining = false;
      this.flush();
    });
  }

  /**
   * Queues a frame. Throws a {@link BridgeError} `OVERLOADED` when the peer leaves too much unread.
   *
   * @param sent When it is written, with what is queued until then: `soon`, once every ready socket has been read, so
   *   that the calls of requests which arrived together are sent in one write; `next`, before the other sockets are
   *   read, where the peer has nothing else to do; `flushed`, where `flush` follows.
   */
  push(frame: Buffer, sent: "soon" | "next" | "flushed"): void {
    // One tick may fill the queue of a child that reads well.
    if (this.#queuedBytes + frame.length > this.#maxQueuedBytes) this.flush();
    if (this.#queuedBytes + frame.length > this.#maxQueuedBytes) {
      throw new BridgeError("OVERLOADED", `the child leaves more than ${this.#maxQueuedBytes} bytes unread`);
    }
    this.#frames.push(frame);
    this.#queuedBytes += frame.length;
    if (this.#isFlushPlanned || sent === "flushed") return;
    this.#isFlushPlanned = true;
    if (sent === "next") process.nextTick(this.#flushPlanned);
    else setImmediate(this.#flushPlanned);
  }

  /** Drops what was not written. */
  clear(): void {
    this.#frames = [];
    this.#queuedBytes = 0;
  }

  /** Writes what is queued, unless the peer has to read first. */
  flush(): void {
    const [first] = this.#frames;
    if (this.#isDraining || first === undefined || !this.#output.writable) return;
    const bytes = this.#frames.length === 1 ? first : Buffer.concat(this.#frames, this.#queuedBytes);
    this.clear();
    this.#isDraining = !this.#output.write(bytes);
  }

  readonly #flushPlanned = (): void => {
    this.#isFlushPlanned = false;
    this.flush();
  };
}
