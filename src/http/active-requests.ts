import type { IncomingMessage } from "node:http";
import { refuseBody } from "./request/body.ts";
import { stoppingError } from "./shutdown-gate.ts";

/** The requests that are under way. Tells when none is left. */
export class ActiveRequests {
  readonly #underWay = new Set<IncomingMessage>();
  #waiting: (() => void)[] = [];

  get size(): number {
    return this.#underWay.size;
  }

  begin(request: IncomingMessage): void {
    this.#underWay.add(request);
  }

  end(request: IncomingMessage): void {
    this.#underWay.delete(request);
    if (this.size === 0) for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Resolves once no request is under way. */
  async idle(): Promise<void> {
    if (this.size > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Refuses requests whose body has not fully arrived: the service stops and waits no longer. */
  refuseBodies(): void {
    for (const request of this.#underWay) refuseBody(request, stoppingError());
  }
}
