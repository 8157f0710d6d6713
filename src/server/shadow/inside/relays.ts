import type { HomeserverRelay } from "../../../homeserver/client/relayed-client.ts";

/** Synapse refuses further calls of modules at a thousand: those of shadows must leave room for modules that decide. */
const MAX_UNDER_WAY = 32;

/** Calls of shadows to the homeserver, by any one of the Synapse processes that share them. */
export class Relays {
  readonly #relays = new Set<HomeserverRelay>();
  #underWay = 0;

  add(relay: HomeserverRelay): void {
    this.#relays.add(relay);
  }

  remove(relay: HomeserverRelay): void {
    this.#relays.delete(relay);
  }

  /** Rejects where too many calls are under way, or no Synapse is connected. */
  readonly relay: HomeserverRelay = async (call, args) => {
    const [first] = this.#relays;
    if (first === undefined) throw new Error("no Synapse is connected");
    if (this.#underWay >= MAX_UNDER_WAY) throw new Error("too many calls of shadows are under way");
    this.#underWay += 1;
    try {
      return await first(call, args);
    } finally {
      this.#underWay -= 1;
    }
  };
}
