import { createHash } from "node:crypto";
import type { Initialize } from "./wire/protocol.ts";

/**
 * The one configuration of a socket. Workers of one Synapse have the same; two entries that share a socket by mistake
 * have not, and the second one is refused while the first is connected.
 */
export class OneConfiguration {
  #digest: string | undefined;
  #users = 0;

  /** Takes a place for these modules; answers what gives it back. Undefined where others hold it with other modules. */
  take(modules: Initialize["modules"]): (() => void) | undefined {
    const digest = createHash("sha256").update(JSON.stringify(modules)).digest("hex");
    if (this.#users > 0 && digest !== this.#digest) return undefined;
    this.#digest = digest;
    this.#users += 1;
    let isHeld = true;
    return () => {
      if (isHeld) this.#users -= 1;
      isHeld = false;
    };
  }
}
