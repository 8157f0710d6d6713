import { readFileSync, readlinkSync } from "node:fs";

/** Linux counts in hundredths of a second on every architecture that Node.js runs on. */
const MS_PER_TICK = 10;

/** The system's number of the thread that calls this; undefined on systems without /proc. */
export function ownThreadId(): number | undefined {
  try {
    const id = Number(readlinkSync("/proc/thread-self").split("/").at(-1));
    return Number.isInteger(id) ? id : undefined;
  } catch {
    return undefined;
  }
}

/** The CPU that a thread of this process has used, in milliseconds; undefined where it cannot be told. */
export function threadCpuMs(threadId: number): number | undefined {
  return readCpuMs(`/proc/self/task/${threadId}/stat`);
}

/** The CPU that a process has used, in milliseconds; undefined where it cannot be told. */
export function processCpuMs(pid: number): number | undefined {
  return readCpuMs(`/proc/${pid}/stat`);
}

function readCpuMs(path: string): number | undefined {
  try {
    const text = readFileSync(path, "latin1");
    // The program's name, in parentheses, may hold anything.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const ticks = Number(fields[11]) + Number(fields[12]);
    return Number.isFinite(ticks) ? ticks * MS_PER_TICK : undefined;
  } catch {
    return undefined;
  }
}
