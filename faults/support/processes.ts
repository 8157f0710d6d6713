import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";

/** The variable of the environment by which everything that a service started, however indirectly, is found again. */
const MARKER = "MEDIA_BRIDGE_FAULT";
const ENDING_MS = 15_000;

/** The environment of a service whose processes are found by `name`. */
export function marked(name: string): Record<string, string> {
  return { [MARKER]: name };
}

/** Whether a process is there and has the mark: numbers are used again. */
export function isMarked(pid: number, name: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1").split("\0").includes(`${MARKER}=${name}`);
  } catch {
    return false;
  }
}

/** Processes that have the mark, with their command lines. What has ended and was not waited for counts no more. */
export function listMarked(name: string): string[] {
  const pids = readdirSync("/proc").filter((entry) => /^\d+$/.test(entry) && isMarked(Number(entry), name));
  return pids.flatMap((pid) => {
    try {
      return [`${pid} ${readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")}`];
    } catch {
      return [];
    }
  });
}

/**
 * Waits until nothing has the mark any more, for as long as a child may take to see that it is an orphan; answers what
 * is left.
 */
export async function findOrphans(name: string): Promise<string[]> {
  const until = performance.now() + ENDING_MS;
  for (;;) {
    const left = listMarked(name);
    if (left.length === 0 || performance.now() > until) return left;
    // The end of a process that we did not start is not an event.
    await wait(50);
  }
}

/** What a process holds at one moment. */
export interface Holdings {
  /** Resident memory. */
  readonly kilobytes: number;
  readonly descriptors: number;
  readonly threads: number;
}

/** Looks at a process that is there. */
export function lookAtProcess(pid: number): Holdings {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const numberOf = (key: string) => Number(new RegExp(`^${key}:\\s+(\\d+)`, "m").exec(status)?.[1]);
  return {
    kilobytes: numberOf("VmRSS"),
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    threads: numberOf("Threads"),
  };
}

/** How many descriptors of each kind a process has: of each file, of sockets, of pipes. */
export function descriptorsOf(pid: number): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const descriptor of readdirSync(`/proc/${pid}/fd`)) {
    try {
      const kind = readlinkSync(`/proc/${pid}/fd/${descriptor}`).replace(/:\[\d+\]$/, "");
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
    } catch {
      // Closed in the meantime.
    }
  }
  return counts;
}

/** The processes that a process started itself. */
export function childrenOf(pid: number): number[] {
  const tasks = readdirSync(`/proc/${pid}/task`);
  const texts = tasks.map((task) => readFileSync(`/proc/${pid}/task/${task}/children`, "utf8"));
  return texts
    .flatMap((text) => text.trim().split(" "))
    .filter((text) => text !== "")
    .map(Number);
}
