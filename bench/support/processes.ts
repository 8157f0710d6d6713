import { readdirSync, readFileSync } from "node:fs";

/** Clock ticks a second, by which Linux counts CPU time. */
const TICKS_PER_SECOND = 100;

/** CPU milliseconds that a process and everything below it have used, children that ended included. */
export function cpuMsOfTree(pid: number): number {
  return treeOf(pid).reduce((sum, member) => sum + cpuMs(member), 0);
}

/** CPU milliseconds that a process and its children that ended have used. */
export function cpuMs(pid: number): number {
  const fields = statFields(pid);
  // utime, stime, cutime, cstime: fields 14 to 17 of proc(5), here counted from the state.
  const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index] ?? 0), 0);
  return (ticks * 1000) / TICKS_PER_SECOND;
}

/** Memory in MB. */
export interface Memory {
  /** A page that several processes share counts in part (PSS). Other processes of the same Node.js make it smaller. */
  readonly pssMb: number;
  /** What no other process has: the heap, code that was compiled, buffers. */
  readonly ownMb: number;
  /** With every shared page counted whole (RSS): what it can be at most, where nothing else runs. */
  readonly wholeMb: number;
}

/** Memory of a process and everything below it. */
export function memoryOfTree(pid: number): Memory {
  const all = treeOf(pid).map(memoryOf);
  const sum = (pick: (memory: Memory) => number) => all.reduce((total, memory) => total + pick(memory), 0);
  return { pssMb: sum(({ pssMb }) => pssMb), ownMb: sum(({ ownMb }) => ownMb), wholeMb: sum(({ wholeMb }) => wholeMb) };
}

/** Memory of one process; 0 where it does not exist. */
export function memoryOf(pid: number): Memory {
  let text = "";
  try {
    text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  } catch {
    // It has ended.
  }
  const mb = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(text)?.[1] ?? 0) / 1024;
  return { pssMb: mb("Pss"), ownMb: mb("Pss_Anon"), wholeMb: mb("Rss") };
}

/** A process and everything below it, the process first. */
export function treeOf(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const parent = Number(statFields(Number(name))[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const tree: number[] = [];
  for (const queue = [root]; queue.length > 0;) {
    const pid = queue.pop() ?? 0;
    tree.push(pid);
    queue.push(...(children.get(pid) ?? []));
  }
  return tree;
}

/** Fields of /proc/PID/stat after the command's name: state, parent, … */
function statFields(pid: number): string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return [];
  }
}
