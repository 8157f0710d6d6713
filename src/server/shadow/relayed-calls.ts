import { HomeserverError } from "../../homeserver/homeserver-error.ts";
import type { HomeserverRelay } from "../../homeserver/client/relayed-client.ts";
import type { FromShadow } from "../../shadow/run/messages.ts";

/** Synapse itself has answered, or has given up, before. */
const DEADLINE_MS = 40_000;

interface WaitingCall {
  readonly resolve: (outcome: unknown) => void;
  readonly timer: NodeJS.Timeout;
}

/** Calls of a shadow to the homeserver, made by the keeper of its thread. */
export class RelayedCalls {
  readonly #tell: (message: FromShadow) => void;
  readonly #waiting = new Map<number, WaitingCall>();
  #lastId = 0;

  constructor(tell: (message: FromShadow) => void) {
    this.#tell = tell;
  }

  /** Rejects with a HomeserverError where no outcome comes in time. */
  readonly relay: HomeserverRelay = (call, args) =>
    new Promise((resolve, reject) => {
      const id = (this.#lastId += 1);
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new HomeserverError("HOMESERVER_TIMEOUT", `${call}: no answer`));
      }, DEADLINE_MS).unref();
      this.#waiting.set(id, { resolve, timer });
      this.#tell({ type: "homeserver", id, call, args });
    });

  /** Takes the outcome of a call. */
  settle(id: number, outcome: unknown): void {
    const call = this.#waiting.get(id);
    if (call === undefined) return;
    this.#waiting.delete(id);
    clearTimeout(call.timer);
    call.resolve(outcome);
  }
}
