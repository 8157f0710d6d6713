import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { Pool } from "undici";
import { cpuMsOfTree } from "./support/processes.ts";
import { printTable } from "./support/table.ts";
import { newFolder, type Target } from "./support/servers.ts";
import { startSynapse } from "./support/synapse.ts";
import { ROOT } from "./support/targets.ts";

const BYTES = 1024;
const CONNECTIONS = [1, 32] as const;
const ROUNDS = 12;
const UPLOADS_OF_ROUND = 160;
const WARM_UP_UPLOADS = 600;
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

interface Round {
  readonly p50Ms: number;
  readonly cpuMs: number;
}

/** What one TypeScript module inside a Synapse adds to an upload, beside the same module in Python. */
export async function benchInside(): Promise<void> {
  const python = await startSynapse(newFolder(), { modules: PYTHON });
  const typescript = await startSynapse(newFolder(), { modules: TYPESCRIPT });
  try {
    for (const target of [python, typescript]) await upload(target, 8, WARM_UP_UPLOADS);
    const rows = [["connections", "p50 Python", "p50 TypeScript", "added", "CPU Python", "CPU TypeScript", "added"]];
    for (const connections of CONNECTIONS) rows.push(await compare(python, typescript, connections));
    printTable(rows);
    console.log(`milliseconds an upload of ${BYTES} bytes; wanted are at most ${MOST_ADDED_MS} added`);
  } finally {
    await typescript.stop();
    await python.stop();
  }
}

/** Rounds in turn, so that whatever else the machine does is felt by both. */
async function compare(python: Target, typescript: Target, connections: number): Promise<string[]> {
  const rounds: [Round, Round][] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const first = await upload(python, connections, UPLOADS_OF_ROUND);
    rounds.push([first, await upload(typescript, connections, UPLOADS_OF_ROUND)]);
  }
  const column = (side: 0 | 1, figure: keyof Round) => rounds.map((pair) => pair[side][figure]);
  // Of each pair, which was measured at one time.
  const added = (figure: keyof Round) => median(rounds.map(([one, other]) => other[figure] - one[figure]));
  const cells = (figure: keyof Round) =>
    [median(column(0, figure)), median(column(1, figure)), added(figure)].map((number) => number.toFixed(2));
  return [String(connections), ...cells("p50Ms"), ...cells("cpuMs")];
}

async function upload({ url, token, pid }: Target, connections: number, count: number): Promise<Round> {
  const pool = new Pool(url, { connections, pipelining: 1 });
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/octet-stream" };
  const body = randomBytes(BYTES);
  const times: number[] = [];
  const cpuBefore = cpuMsOfTree(pid);
  const worker = async () => {
    while (times.length < count) {
      const began = performance.now();
      const answer = await pool.request({ method: "POST", path: "/_matrix/media/v3/upload", headers, body });
      await answer.body.dump();
      if (answer.statusCode !== 200) throw new Error(`an upload was answered ${answer.statusCode}`);
      times.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  await pool.close();
  return { p50Ms: median(times), cpuMs: (cpuMsOfTree(pid) - cpuBefore) / times.length };
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? 0;
}
