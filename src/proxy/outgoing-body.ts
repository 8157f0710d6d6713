import { Readable } from "node:stream";
import { matrixError } from "../errors.ts";
import { DeclaredLength, type SizedBody } from "./exact-body.ts";
import { giveAway } from "./free-after-write.ts";

/** What is held between the two connections: as much as a socket hands over at once. */
const HIGH_WATER_MARK = 64 * 1024;

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout | undefined;
}

/**
 * A body on its way to a target: fed piece by piece, no faster than it is taken, and never one byte more or less than
 * the head of its request says: it is destroyed instead, and its connection with it. The piece that completes it is
 * held back until the end of it is known: of a body that turns out longer, the target never has the whole.
 */
export class OutgoingBody extends Readable {
  #waiting: Waiting | undefined;
  readonly #timeoutMs: number;
  readonly #length: DeclaredLength;
  #last: Buffer | undefined;

  /**
   * @param length what the head says
   * @param timeoutMs how long the target may take nothing before the body is ended with `UPSTREAM_TIMEOUT`; 0 for as
   * long as it wants
   */
  constructor(length: Omit<SizedBody, "source">, timeoutMs: number) {
    super({ highWaterMark: HIGH_WATER_MARK });
    this.#timeoutMs = timeoutMs;
    this.#length = new DeclaredLength(length);
    // Whoever sends it hears of the error; before a connection is there, nobody would.
    this.on("error", () => undefined);
  }

  /**
   * Takes the next piece, which is freed once it is written. Throws `BODY_LENGTH_WRONG` and `UPLOAD_TOO_LARGE`. A
   * returned promise is back-pressure; it rejects when nobody takes the body any more.
   */
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
      const giveUp = () => this.destroy(matrixError("UPSTREAM_TIMEOUT"));
      const timer = this.#timeoutMs === 0 ? undefined : setTimeout(giveUp, this.#timeoutMs);
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
