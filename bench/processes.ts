import { readdirSync, readFileSync } from "node:fs";

/** Clock ticks a second, by which Linux counts CPU time. */
const TICKS_PER_SECOND = 100;

/** CPU milliseconds that a process and everything below it have used, children that ended included. */
export function cpuMsOfTree(pid: number): number {
  const ticks = treeOf(pid).map((member) => {
    const fields = statFields(member);
    // utime, stime, cutime, cstime: fields 14 to 17 of proc(5), here counted from the state.
    return [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index] ?? 0), 0);
  });
  return (ticks.reduce((sum, value) => sum + value, 0) * 1000) / TICKS_PER_SECOND;
}

/** Memory of a process and everything below it in MB, pages shared between them counted once (PSS). */
export function pssMbOfTree(pid: number): number {
  const kilobytes = treeOf(pid).map((member) => {
    try {
      return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${member}/smaps_rollup`, "utf8"))?.[1] ?? 0);
    } catch {
      return 0;
    }
  });
  return kilobytes.reduce((sum, value) => sum + value, 0) / 1024;
}

function treeOf(root: number): number[] {
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
