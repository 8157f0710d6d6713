import { existsSync, readdirSync, readFileSync } from "node:fs";

/**
 * In the environment of a child, another value for each: what it starts inherits it, whatever group or session it moves
 * to.
 */
export const MARK = "MEDIA_BRIDGE_CHILD";

/** Groups of children that live, by the number of their leader, with their marks. What a child started ends with it. */
const groups = new Map<number, string>();
let isGuarding = false;

/**
 * From now on the group ends with this process. Where that is killed by a signal it cannot catch, the child ends the
 * group.
 */
export function guardGroup(pid: number, mark: string): void {
  groups.set(pid, mark);
  if (isGuarding) return;
  isGuarding = true;
  process.on("exit", () => {
    for (const group of groups.keys()) killGroup(group);
  });
}

/** Kills what is left of the group, and what left it, once, and forgets it: its number may be another's later. */
export function killGroup(pid: number): void {
  const mark = groups.get(pid);
  if (mark === undefined) return;
  groups.delete(pid);
  signalGroup(pid, "SIGKILL");
  for (const other of findMarked(mark)) signalProcess(other, "SIGKILL");
}

/** Signals every process of the group that is still there. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  signalProcess(-pid, signal);
}

function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // No process is left.
  }
}

/** Every process that carries the mark; none on systems without /proc. */
function findMarked(mark: string): number[] {
  const entry = `${MARK}=${mark}\0`;
  return existsSync("/proc/self/environ")
    ? readdirSync("/proc")
        .filter((name) => /^\d+$/.test(name) && readEnvironment(name).includes(entry))
        .map(Number)
    : [];
}

function readEnvironment(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1");
  } catch {
    // It is gone, or another user's.
    return "";
  }
}
