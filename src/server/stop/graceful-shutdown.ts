import type { Server } from "node:http";
import type { ConnectionDrain } from "../../http/draining/connection-drain.ts";
import { closeServer } from "../../http/listening/listener.ts";
import type { ShutdownGate } from "../../http/draining/shutdown-gate.ts";
import type { Logger } from "../../util/log.ts";
import { within } from "../../util/concurrency/with-timeout.ts";
import type { Generation } from "../generation.ts";

/** What ends: the generations, and the server on which they serve. */
export interface EndingParts {
  readonly server: Server;
  /** Where the listening socket outlives the server: new connections wait there for the next process. */
  readonly drain: ConnectionDrain | undefined;
  readonly stopping: ShutdownGate;
  readonly generations: {
    /** The generations that have something to do. */
    all(): readonly Generation[];
    /** Ends all modules and what belongs to them. */
    end(graceMs: number): Promise<void>;
  };
  readonly log: Logger;
}

/** How long the last answers may take to be sent, once everything that could produce one has ended. */
const LAST_ANSWERS_MS = 1_000;

/**
 * Lets what is under way end within the grace; then refuses what is left and waits until it has cleaned up after
 * itself. What is new is refused, or where the listening socket is inherited left to the next process. Resolves to how
 * much had to be cut short: requests, and uploads whose clients had left.
 */
export async function endServing(parts: EndingParts, graceMs: number): Promise<number> {
  const { server, drain, stopping, generations, log } = parts;
  const untilMs = performance.now() + graceMs;
  const closed = drain?.run();
  if (drain === undefined) stopping.begin();
  const serving = generations.all();
  const drained = Promise.resolve(closed).then(() => Promise.all(serving.map((generation) => generation.drained())));
  await within(drained, graceMs);
  stopping.begin();
  const cut = serving.reduce((sum, generation) => sum + generation.underWay(), 0);
  if (cut > 0) {
    log.warn({ cut, graceMs }, "the grace is over: requests that are still under way are cut short");
    for (const generation of serving) generation.refuseBodies();
  }
  await generations.end(Math.max(0, untilMs - performance.now()));
  await closeServer(server, LAST_ANSWERS_MS);
  await within(drained, LAST_ANSWERS_MS);
  return cut;
}
