import type { SlotModule } from "../../callbacks/slots/slot.ts";
import type { Logger } from "../../util/log.ts";
import { WebResources } from "../../web/web-resources.ts";
import type { WebServices } from "../../modules/typescript/web.ts";

const REMEDY = "load this module in the service (docs/guard.md), or in Python";

/** Takes no storage provider: throws a TypeError, which ends the start. */
export function offerNoProvider({ name }: SlotModule): () => never {
  return () => {
    throw new TypeError(`${name} registers a storage provider, which a Synapse cannot ask: ${REMEDY}`);
  };
}

/** Takes no web resource: a registration throws a TypeError, which ends the start. */
export function offerNoWeb({ name }: SlotModule, log: Logger): WebServices {
  return {
    resources: new NoWebResources(name, log),
    identify: () => Promise.reject(new Error("there are no requests")),
  };
}

class NoWebResources extends WebResources {
  readonly #name: string;

  constructor(name: string, log: Logger) {
    super(log);
    this.#name = name;
  }

  override add({ path }: Parameters<WebResources["add"]>[0]): never {
    throw new TypeError(`${this.#name} registers the web resource ${path}, which a Synapse cannot serve: ${REMEDY}`);
  }
}
