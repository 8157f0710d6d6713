import { BridgeError } from "../errors.ts";

/** More unrequested messages, and KiB of them, than this within a second are a flood. */
const MAX_PER_SECOND = 20_000;

/** Counts what a child sends unasked: notifications, requests, and answers that no call waits for. */
export class FloodGuard {
  #count = 0;
  #sinceMs = performance.now();

  /** Counts one more message of this many bytes. Throws a {@link BridgeError} `PROTOCOL` where they are a flood. */
  add(bytes: number): void {
    this.#count += 1 + Math.floor(bytes / 1024);
    if (this.#count <= MAX_PER_SECOND) return;
    const nowMs = performance.now();
    if (nowMs - this.#sinceMs < 1000) {
      throw new BridgeError("PROTOCOL", `a flood: more than ${MAX_PER_SECOND} messages or KiB unasked within a second`);
    }
    this.#count = 0;
    this.#sinceMs = nowMs;
  }
}
