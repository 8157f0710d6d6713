import { benchIsolation } from "./isolation.ts";
import { benchOverload } from "./overload.ts";
import { benchRestart } from "./restart.ts";

const WORKS = { restart: benchRestart, overload: benchOverload, isolation: benchIsolation };

/**
 * What requests feel when a child is killed, a service is reloaded or asked for too much, and what children of their
 * own cost.
 */
export async function benchFaults(python: string, works: string): Promise<void> {
  for (const [name, bench] of Object.entries(WORKS)) if (name.includes(works)) await bench(python);
}
