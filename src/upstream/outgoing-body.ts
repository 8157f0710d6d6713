import { Readable } from "node:stream";
import { matrixError } from "../errors.ts";
import { giveAway } from "./written-pieces.ts";

/** What is held between the two connections: as much as a socket hands over at once. */
const HIGH_WATER_MARK = 64 * 1024;

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** A body on its way to Synapse: fed piece by piece, no faster than it is taken. */
export class OutgoingBody extends Readable {
  #waiting: Waiting | undefined;
  readonly #timeoutMs: number;

  /** @param timeoutMs How long Synapse may take nothing before the body is ended with `UPSTREAM_TIMEOUT`. */
  constructor(timeoutMs: number) {
    super({ highWaterMark: HIGH_WATER_MARK });
    this.#timeoutMs = timeoutMs;
    // Whoever sends it hears of the error; before a connection is there, nobody would.
    this.on("error", () => undefined);
  }

  /** Takes the next piece, which is freed once it is written. A returned promise is back-pressure; it rejects when nobody takes the body any more. */
  feed(chunk: Buffer): Promise<void> | void {
    if (this.destroyed) throw matrixError("UPSTREAM_BROKEN");
    giveAway(chunk);
    if (this.push(chunk)) return;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.destroy(matrixError("UPSTREAM_TIMEOUT")), this.#timeoutMs);
      this.#waiting = { resolve, reject, timer };
    });
  }

  /** The body is whole. */
  finish(): void {
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
