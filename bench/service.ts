import { type Figures, measureInTurn } from "./support/load.ts";
import { measurePeak } from "./memory.ts";
import { newFolder, type Target } from "./support/servers.ts";
import { startSynapse } from "./support/synapse.ts";
import { startBridge, type Durability } from "./support/targets.ts";
import { eachWork } from "./support/works.ts";

/** How many times less CPU than Synapse is wanted at least, at one connection and at many. */
const WANTED: Record<string, readonly [one: number, many: number]> = {
  "GET config": [2.5, 8],
  "upload of 1 KB": [3, 5],
  "upload of 100 KB": [3, 5],
  "upload of 10 MB": [1.5, 2],
  "download of 1 KB": [4, 8],
  "download of 100 KB": [4, 8],
  "download of 10 MB": [3, 4],
};

export interface ServiceBenchOptions {
  /** Whether a real Synapse is measured too. */
  readonly synapse: boolean;
  readonly python: string;
  /** Factor on the number of requests. */
  readonly scale: number;
  /** Only the works whose name contains this are measured. */
  readonly works: string;
  readonly durability: Durability;
}

/** The service, beside a real Synapse where asked for: the same modules, the same requests, taking turns. */
export async function benchService(options: ServiceBenchOptions): Promise<void> {
  const { durability } = options;
  const starts = [
    () => startBridge(newFolder(), options.python, { durability }),
    ...(options.synapse ? [() => startSynapse(newFolder())] : []),
  ];
  const targets: Target[] = [];
  try {
    for (const start of starts) {
      const target = await start();
      targets.push(target);
      console.log(`${target.name}: ready after ${target.startSeconds.toFixed(2)} s`);
    }
    const lines = await run(targets, options);
    for (const line of lines) console.log(line);
  } finally {
    for (const target of targets) await target.stop();
  }
  // Fresh ones: what other work has left in a heap is not what a large file needs.
  if (options.works !== "") return;
  for (const start of starts) {
    const target = await start();
    try {
      await measurePeak(target);
    } finally {
      await target.stop();
    }
  }
}

async function run(targets: readonly Target[], options: ServiceBenchOptions): Promise<string[]> {
  const more = targets.length > 1 ? " | Synapse CPU ms | Synapse requests/s | times less CPU | wanted" : "";
  const lines = [`\nwork | CPU ms a request | requests/s${more}`];
  await eachWork(targets, options, async (attempts) => {
    const { name, connections } = attempts[0]?.work ?? { name: "", connections: 0 };
    lines.push(describe(name, connections, await measureInTurn(attempts)));
  });
  return lines;
}

function describe(name: string, connections: number, [ours, theirs]: readonly Figures[]): string {
  if (ours === undefined) throw new Error(`${name} was not measured`);
  const columns = [`${name} at ${connections}`, ours.cpuMs.toFixed(3), ours.perSecond.toFixed(0)];
  if (theirs) {
    const wanted = String(WANTED[name]?.[connections === 1 ? 0 : 1]);
    const times = (theirs.cpuMs / ours.cpuMs).toFixed(2);
    columns.push(theirs.cpuMs.toFixed(3), theirs.perSecond.toFixed(0), times, wanted);
  }
  return columns.join(" | ");
}
