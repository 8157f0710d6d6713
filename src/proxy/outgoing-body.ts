import { Readable } from "node:stream";
import { matrixError } from "../errors.ts";
import { DeclaredLength, type SizedBody } from "./exact-body.ts";
import { giveAway } from "./free-after-write.ts";

/** How much is held between the two connections: as much as a socket delivers at once. */
const HIGH_WATER_MARK = 64 * 1024;

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout | undefined;
}

/**
 * A body on its way to a target. It is fed piece by piece, no faster than the target takes it. It never sends one byte
 * more or less than the head of its request says: otherwise it is destroyed together with its connection. The piece
 * that completes the body is held back until the end is known, so that the target never gets the whole of a body that
 * turns out longer.
 */
export class OutgoingBody extends Readable {
  #waiting: Waiting | undefined;
  readonly #timeoutMs: number;
  readonly #length: DeclaredLength;
  #last: Buffer | undefined;

  /**
   * @param length what the head says
   * @param timeoutMs how long the target may take nothing before the body is ended with `UPSTREAM_TIMEOUT`; 0 for no
   * limit
   */
  constructor(length: Omit<SizedBody, "source">, timeoutMs: number) {
    super({ highWaterMark: HIGH_WATER_MARK });
    this.#timeoutMs = timeoutMs;
    this.#length = new DeclaredLength(length);
    // The sender is told of the error. Before there is a connection, no code listens for it.
    this.on("error", () => undefined);
  }

  /**
   * Takes the next piece, which is freed once it is written. Throws `BODY_LENGTH_WRONG` and `UPLOAD_TOO_LARGE`. A
   * returned promise is back-pressure; it rejects when the target does not take the body any more.
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

  /** Ends the body. Throws `UPLOAD_INCOMPLETE` where it is not complete. */
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
