import type { IncomingMessage } from "node:http";
import { ShortLived } from "../../util/concurrency/short-lived.ts";
import { refuseBody } from "../request/body.ts";
import { stoppingError } from "./shutdown-gate.ts";

/** The requests that are under way. Tells when none is left. */
export class ActiveRequests {
  readonly #underWay = new ShortLived<IncomingMessage>();
  #waiting: (() => void)[] = [];

  get size(): number {
    return this.#underWay.size;
  }

  /** Counts a request from now on; answers what ends that. */
  begin(request: IncomingMessage): () => void {
    const remove = this.#underWay.add(request);
    return () => {
      remove();
      if (this.size === 0) for (const resolve of this.#waiting.splice(0)) resolve();
    };
  }

  /** Resolves once no request is under way. */
  async idle(): Promise<void> {
    if (this.size > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Refuses requests whose body has not fully arrived: the service stops and waits no longer. */
  refuseBodies(): void {
    for (const request of this.#underWay.list()) refuseBody(request, stoppingError());
  }
}
