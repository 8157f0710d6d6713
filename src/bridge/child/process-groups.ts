import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/**
 * An environment variable with another value for each child: what the child starts inherits it, whatever group or
 * session it moves to.
 */
export const MARK = "MEDIA_BRIDGE_CHILD";

/**
 * The process groups of living children, by the number of their leader, with their marks. What a child started ends
 * with it.
 */
const groups = new Map<number, string>();
/** Marks of children that are gone, some of whose processes may be about to start a program. */
const unsettled = new Set<string>();
let isGuarding = false;

/** The time between two looks at a process that is starting a program, and the number of looks. */
const LOOK_AGAIN_MS = 40;
const MAX_LOOKS = 50;

/**
 * From now on the group ends with this process. Where this process is killed by a signal that it cannot catch, the
 * child ends the group.
 */
export function guardGroup(pid: number, mark: string): void {
  groups.set(pid, mark);
  if (isGuarding) return;
  isGuarding = true;
  process.on("exit", () => {
    killGroups();
    for (const left of unsettled) killMarked(left);
  });
}

/**
 * Kills what is left of the group, and what left it, and forgets it: its number may be reused later. A process that is
 * about to start a program is checked again a moment later.
 */
export function killGroup(pid: number): void {
  const mark = groups.get(pid);
  if (mark === undefined) return;
  groups.delete(pid);
  signalGroup(pid, "SIGKILL");
  const starting = killMarked(mark);
  if (starting.length > 0) void killStarting(mark, starting);
}

/** Kills all groups that this thread has begun, and what left them. */
export function killGroups(): void {
  for (const group of groups.keys()) killGroup(group);
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

/**
 * Kills every process that carries the mark; none on systems without /proc. Returns those that are starting a program:
 * the kernel does not show their environment yet.
 */
function killMarked(mark: string): number[] {
  if (!existsSync("/proc/self/environ")) return [];
  const killed = new Set<number>();
  for (;;) {
    const before = killed.size;
    const starting: number[] = [];
    for (const pid of readdirSync("/proc").map(Number)) {
      if (!Number.isInteger(pid) || killed.has(pid)) continue;
      const environment = readEnvironment(pid);
      if (carries(environment, mark)) {
        signalProcess(pid, "SIGKILL");
        killed.add(pid);
      } else if (environment === "" && hasProgram(pid)) {
        starting.push(pid);
      }
    }
    // One of them may have started another while they were listed.
    if (killed.size === before) return starting;
  }
}

/** Checks them again until their environment is visible. (Some have none at all.) */
async function killStarting(mark: string, starting: readonly number[]): Promise<void> {
  unsettled.add(mark);
  let left = starting;
  for (let looks = 0; looks < MAX_LOOKS && left.length > 0; looks += 1) {
    await delay(LOOK_AGAIN_MS, undefined, { ref: false });
    const shown = left.map((pid) => ({ pid, environment: readEnvironment(pid) }));
    left = shown.filter(({ environment }) => environment === "").map(({ pid }) => pid);
    if (shown.some(({ environment }) => carries(environment, mark)))
      left = [...new Set([...left, ...killMarked(mark)])];
  }
  unsettled.delete(mark);
}

function carries(environment: string, mark: string): boolean {
  return environment.includes(`${MARK}=${mark}\0`);
}

function readEnvironment(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1");
  } catch {
    // The process is gone, or belongs to another user.
    return "";
  }
}

/** False for threads of the kernel, for processes that have ended, and for those of other users. */
function hasProgram(pid: number): boolean {
  try {
    return readlinkSync(`/proc/${pid}/exe`) !== "";
  } catch {
    return false;
  }
}
