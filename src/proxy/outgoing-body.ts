import { Readable } from "node:stream";
import { matrixError } from "../errors.ts";
import { DeclaredLength } from "./exact-body.ts";
import { giveAway } from "./free-after-write.ts";

/** What is held between the two connections: as much as a socket hands over at once. */
const HIGH_WATER_MARK = 64 * 1024;

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * A body on its way to Synapse: fed piece by piece, no faster than it is taken, and never one byte more or less than the head of its
 * request says: it is destroyed instead, and its connection with it. The piece that completes it is held back until the end of it is
 * known: of a body that turns out longer, Synapse never has the whole.
 */
export class OutgoingBody extends Readable {
  #waiting: Waiting | undefined;
  readonly #timeoutMs: number;
  readonly #length: DeclaredLength;
  #last: Buffer | undefined;

  /**
   * @param sizeBytes what the head says; undefined for a body that is sent in chunks
   * @param timeoutMs how long Synapse may take nothing before the body is ended with `UPSTREAM_TIMEOUT`
   */
  constructor(sizeBytes: number | undefined, timeoutMs: number) {
    super({ highWaterMark: HIGH_WATER_MARK });
    this.#timeoutMs = timeoutMs;
    this.#length = new DeclaredLength(sizeBytes);
    // Whoever sends it hears of the error; before a connection is there, nobody would.
    this.on("error", () => undefined);
  }

  /** Takes the next piece, which is freed once it is written. Throws `BODY_LENGTH_WRONG`. A returned promise is back-pressure; it rejects when nobody takes the body any more. */
  feed(chunk: Buffer): Promise<void> | void {
    if (this.destroyed) throw matrixError("UPSTREAM_BROKEN");
    this.#length.count(chunk);
    giveAway(chunk);
    if (this.#length.isReached) {
      this.#last = chunk;
      return;
    }
    if (this.push(chunk)) return;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.destroy(matrixError("UPSTREAM_TIMEOUT")), this.#timeoutMs);
      this.#waiting = { resolve, reject, timer };
    });
  }

  /** The body is over. Throws `UPLOAD_INCOMPLETE` where it is not whole. */
  finish(): void {
    this.#length.end();
    if (this.#last) this.push(this.#last);
    this.push(null);
  }

  override _read(): void {
    const waiting = this.#settle();
    waiting?.resolve();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    const waiting = this.#settle();
    waiting?.reject(error ?? matrixError("UPSTREAM_BROKEN"));
    callback(error);
  }

  #settle(): Waiting | undefined {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    clearTimeout(waiting?.timer);
    return waiting;
  }
}
