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

/** Memory of a process and everything below it in MB, pages shared between them counted once (PSS). */
export function pssMbOfTree(pid: number): number {
  return treeOf(pid).reduce((sum, member) => sum + pssMb(member), 0);
}

/** Memory of one process in MB, its part of shared pages (PSS); 0 where there is none. */
export function pssMb(pid: number): number {
  try {
    return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
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
