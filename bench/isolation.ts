import { measure, type Figures } from "./load.ts";
import { pssMbOfTree } from "./processes.ts";
import { printTable } from "./table.ts";
import { newFolder, startBridge, type Target } from "./targets.ts";

const ROUNDS = 3;
const CONNECTIONS = [1, 32];
const ISOLATIONS = ["shared", "module"] as const;

/** The same two modules in one child and in two, turn by turn. */
export async function benchIsolation(python: string): Promise<void> {
  const targets: Target[] = [];
  try {
    for (const isolation of ISOLATIONS) {
      targets.push(await startBridge(newFolder(), python, { durability: "relaxed", python: { isolation } }));
    }
    const rows = [["config past two modules", ...ISOLATIONS, "ratio"]];
    const compare = (name: string, digits: number, values: readonly number[]) => {
      const [shared = NaN, module = NaN] = values;
      rows.push([name, shared.toFixed(digits), module.toFixed(digits), (module / shared).toFixed(2)]);
    };
    for (const connections of CONNECTIONS) {
      const figures = await takeTurns(targets, connections);
      const of = (pick: (one: Figures) => number) => figures.map((rounds) => median(rounds.map(pick)));
      compare(
        `CPU ms a request at ${connections}`,
        3,
        of(({ cpuMs }) => cpuMs),
      );
      compare(
        `latency in ms at ${connections}`,
        2,
        of(({ perSecond }) => (connections * 1000) / perSecond),
      );
    }
    compare(
      "memory in MB (PSS)",
      0,
      targets.map(({ pid }) => pssMbOfTree(pid)),
    );
    compare(
      "start in s",
      2,
      targets.map(({ startSeconds }) => startSeconds),
    );
    printTable(rows);
  } finally {
    for (const target of targets) await target.stop();
  }
}

async function takeTurns(targets: readonly Target[], connections: number): Promise<Figures[][]> {
  const work = {
    name: "config",
    connections,
    requests: connections === 1 ? 3000 : 8000,
    next: () => ({ method: "GET", path: "/_matrix/client/v1/media/config" }) as const,
  };
  const figures: Figures[][] = targets.map(() => []);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, target] of targets.entries()) figures[index]?.push(await measure(work, target));
  }
  return figures;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}
