import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { Pool } from "undici";
import { CpuMeter } from "./support/cpu-meter.ts";
import { printTable } from "./support/table.ts";
import { newFolder, type Target } from "./support/servers.ts";
import { startSynapse } from "./support/synapse.ts";
import { ROOT } from "./support/targets.ts";

const BYTES = 1024;
/** Of each side, uploads of a turn: short ones, so that what else the machine does is felt by both. */
const TURNS = [
  { connections: 1, pairs: 80, uploads: 40 },
  { connections: 32, pairs: 60, uploads: 160 },
] as const;
const WARM_UP_UPLOADS = 1_500;
/** Wanted of both figures, milliseconds. */
const MOST_ADDED_MS = 0.3;
const CONFIG = { max_bytes: 1_000_000 };

const PYTHON = [{ module: "bench_inside.Ceiling", config: CONFIG }];
const TYPESCRIPT = [
  {
    module: "synapse_media_bridge_module.TypeScriptModules",
    config: {
      modules: [{ typescript: join(ROOT, "bench/modules/bench-inside.ts"), config: CONFIG }],
      command: [process.execPath, join(ROOT, "dist/cli/main.js"), "callbacks"],
    },
  },
];

interface Side {
  readonly target: Target;
  readonly cpu: CpuMeter;
}

interface Turn {
  readonly p50Ms: number;
  readonly cpuMs: number;
}

/** What one TypeScript module inside a Synapse adds to an upload, beside the same module in Python. */
export async function benchInside(): Promise<void> {
  const python = await startSide(PYTHON);
  const typescript = await startSide(TYPESCRIPT);
  try {
    for (const side of [python, typescript]) await upload(side, 8, WARM_UP_UPLOADS);
    const rows = [
      ["connections", "", "Python", "TypeScript", "added", "95 % of its median", "middle half of the turns"],
    ];
    for (const turns of TURNS) rows.push(...(await compare(python, typescript, turns)));
    printTable(rows);
    console.log(`milliseconds an upload of ${BYTES} bytes; wanted are at most ${MOST_ADDED_MS} added`);
    for (const { cpu } of [python, typescript]) {
      console.log(`CPU by the scheduler ${cpu.spentMs.toFixed(0)} ms, in ticks ${cpu.spentTicksMs.toFixed(0)} ms`);
    }
  } finally {
    await typescript.target.stop();
    await python.target.stop();
  }
}

async function startSide(modules: readonly object[]): Promise<Side> {
  const target = await startSynapse(newFolder(), { modules });
  return { target, cpu: new CpuMeter(target.pid) };
}

/** Pairs of turns; the side that begins changes, so that a machine that becomes slower favours neither. */
async function compare(python: Side, typescript: Side, { connections, pairs, uploads }: (typeof TURNS)[number]) {
  const turns: { python: Turn; typescript: Turn }[] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    if (pair % 2 === 0) {
      const first = await upload(python, connections, uploads);
      turns.push({ python: first, typescript: await upload(typescript, connections, uploads) });
    } else {
      const first = await upload(typescript, connections, uploads);
      turns.push({ typescript: first, python: await upload(python, connections, uploads) });
    }
  }
  return (["p50Ms", "cpuMs"] as const).map((figure) => {
    // Of each pair, which was measured at one time.
    const added = turns.map((pair) => pair.typescript[figure] - pair.python[figure]).toSorted((one, two) => one - two);
    const sides = (["python", "typescript"] as const).map((side) => median(turns.map((pair) => pair[side][figure])));
    return [
      String(connections),
      figure === "p50Ms" ? "p50" : "CPU",
      ...[...sides, median(added)].map((number) => number.toFixed(3)),
      range(added, ranksOfMedian(added.length)),
      range(added, [Math.floor(added.length / 4), Math.ceil((added.length * 3) / 4) - 1]),
    ];
  });
}

async function upload({ target, cpu }: Side, connections: number, count: number): Promise<Turn> {
  const { url, token } = target;
  const pool = new Pool(url, { connections, pipelining: 1 });
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/octet-stream" };
  const body = randomBytes(BYTES);
  const times: number[] = [];
  let begun = 0;
  const worker = async () => {
    while (begun < count) {
      begun += 1;
      const began = performance.now();
      const answer = await pool.request({ method: "POST", path: "/_matrix/media/v3/upload", headers, body });
      await answer.body.dump();
      if (answer.statusCode !== 200) throw new Error(`an upload was answered ${answer.statusCode}`);
      times.push(performance.now() - began);
    }
  };
  const cpuMs = await cpu.measure(async () => {
    await Promise.all(Array.from({ length: connections }, worker));
  });
  await pool.close();
  return { p50Ms: median(times), cpuMs: cpuMs / times.length };
}

/** The ranks between which the median of what is measured lies with 95 %, whatever its distribution. */
function ranksOfMedian(count: number): [number, number] {
  const reach = 1.96 * Math.sqrt(count / 4);
  return [Math.max(0, Math.floor(count / 2 - reach)), Math.min(count - 1, Math.ceil(count / 2 + reach))];
}

function range(sorted: readonly number[], ranks: readonly number[]): string {
  return ranks.map((rank) => (sorted[rank] ?? 0).toFixed(3)).join(" … ");
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? 0;
}
