/** Groups of children that live. A child leads its own group, so that what it started ends with it. */
const groups = new Set<number>();
let isGuarding = false;

/** From now on the group ends with this process, unless it is killed by a signal it cannot catch. */
export function guardGroup(pid: number): void {
  groups.add(pid);
  if (isGuarding) return;
  isGuarding = true;
  process.on("exit", () => {
    for (const group of groups) signalGroup(group, "SIGKILL");
  });
}

/** Kills what is left of the group, once, and forgets it: its number may be another's later. */
export function killGroup(pid: number): void {
  if (groups.delete(pid)) signalGroup(pid, "SIGKILL");
}

/** Signals every process of the group that is still there. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody is left in it.
  }
}
