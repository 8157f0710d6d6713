import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** What host and child hold, in bytes: the host's heap with nothing to collect, and the resident memory of both. */
export interface MemoryUse {
  readonly heap: number;
  readonly resident: number;
  readonly child: number;
}

/** Collects first. `pid` is the child's process. */
export function measureMemory(pid: number): MemoryUse {
  collect();
  const { heapUsed: heap, rss: resident } = process.memoryUsage();
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1];
  return { heap, resident, child: Number(kibibytes) * 1024 };
}

/** Which of them grew, by more than a tenth and what two measurements differ by anyway. */
export function findGrowth(early: MemoryUse, late: MemoryUse): string[] {
  const SLACK = { heap: 4, resident: 32, child: 16 } as const;
  return (["heap", "resident", "child"] as const)
    .filter((part) => late[part] > 1.1 * early[part] + SLACK[part] * 2 ** 20)
    .map((part) => `${part} grew from ${toMiB(early[part])} to ${toMiB(late[part])} MiB`);
}

/** In MiB, as text. */
export function toMiB(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}
