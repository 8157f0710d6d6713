import { askForConfig, measureInTurn } from "../support/load.ts";
import { memoryOfTree } from "../support/processes.ts";
import { printTable } from "../support/table.ts";
import { newFolder, type Target } from "../support/servers.ts";
import { startBridge } from "../support/targets.ts";

const ISOLATIONS = ["shared", "module"] as const;

/** The same two modules in one child and in two, taking turns. */
export async function benchIsolation(python: string): Promise<void> {
  const targets: Target[] = [];
  const rows = [["config past two modules", ...ISOLATIONS, "ratio"]];
  const compare = (name: string, digits: number, [shared = NaN, module = NaN]: readonly number[]) =>
    rows.push([name, shared.toFixed(digits), module.toFixed(digits), (module / shared).toFixed(2)]);
  try {
    for (const isolation of ISOLATIONS) {
      targets.push(await startBridge(newFolder(), python, { durability: "relaxed", python: { isolation } }));
    }
    for (const connections of [1, 32]) {
      const work = { name: "config", connections, requests: connections === 1 ? 3000 : 8000, next: askForConfig };
      const figures = await measureInTurn(targets.map((target) => ({ work, target })));
      const [cpu, latency] = [
        figures.map(({ cpuMs }) => cpuMs),
        figures.map((f) => (connections * 1000) / f.perSecond),
      ];
      compare(`CPU ms a request at ${connections}`, 3, cpu);
      compare(`latency in ms at ${connections}`, 2, latency);
    }
    const [memory, start] = [
      targets.map(({ pid }) => memoryOfTree(pid).pssMb),
      targets.map((target) => target.startSeconds),
    ];
    compare("memory in MB (PSS)", 0, memory);
    compare("start in s", 2, start);
    printTable(rows);
  } finally {
    for (const target of targets) await target.stop();
  }
}
