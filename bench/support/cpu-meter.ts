import { readdirSync, readFileSync } from "node:fs";
import { cpuMsOfTree, treeOf } from "./processes.ts";

const NS_PER_MS = 1e6;

/**
 * CPU time of a process and everything below it, by the scheduler's own nanoseconds. The ticks of /proc/PID/stat are of
 * 10 ms: more than a short turn of uploads differs by.
 */
export class CpuMeter {
  readonly #pid: number;
  #spentMs = 0;
  #spentTicksMs = 0;

  constructor(pid: number) {
    this.#pid = pid;
  }

  /** CPU milliseconds that all measured work has cost. A thread that ended within it is missing. */
  get spentMs(): number {
    return this.#spentMs;
  }

  /** The same in ticks, with threads and processes that ended: both are alike where nothing is missing. */
  get spentTicksMs(): number {
    return this.#spentTicksMs;
  }

  /** CPU milliseconds of one piece of work. */
  async measure(work: () => Promise<void>): Promise<number> {
    const ticksBefore = cpuMsOfTree(this.#pid);
    const before = nsByThread(this.#pid);
    await work();
    let ns = 0;
    for (const [thread, after] of nsByThread(this.#pid)) ns += after - (before.get(thread) ?? 0);
    this.#spentMs += ns / NS_PER_MS;
    this.#spentTicksMs += cpuMsOfTree(this.#pid) - ticksBefore;
    return ns / NS_PER_MS;
  }
}

/** Of the threads that exist, by their numbers. */
function nsByThread(pid: number): Map<string, number> {
  const found = new Map<string, number>();
  for (const member of treeOf(pid)) {
    for (const thread of listOrNone(`/proc/${member}/task`)) {
      // The first number of proc(5), "schedstat": time on a CPU.
      const ns = Number(readOrEmpty(`/proc/${member}/task/${thread}/schedstat`).split(" ")[0]);
      if (ns > 0) found.set(thread, ns);
    }
  }
  return found;
}

function listOrNone(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // The process has ended.
    return [];
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // The thread has ended.
    return "";
  }
}
