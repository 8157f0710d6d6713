import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Pool } from "undici";
import { CpuMeter } from "./support/cpu-meter.ts";
import { median, spreadOf, takePairs } from "./support/pairs.ts";
import { printTable } from "./support/table.ts";
import { newFolder, type Target } from "./support/servers.ts";
import { startSynapse } from "./support/synapse.ts";
import { ROOT } from "./support/targets.ts";

const BYTES = 1024;
/** How a turn of uploads is made. */
interface Load {
  readonly connections: number;
  readonly pairs: number;
  /** Of each side: short turns, so that what else the machine does is felt by both. */
  readonly uploads: number;
  /** How long after each other uploads begin; 0: each connection sends its next one at once. */
  readonly everyMs: number;
}

/**
 * Without a pause all of 32 uploads wait for Synapse's one thread, and p50 is the length of that queue: 32 times what the
 * thread spends on one. At half of what it can do, p50 is what a client waits for.
 */
const LOADS: readonly Load[] = [
  { connections: 1, pairs: 80, uploads: 40, everyMs: 0 },
  { connections: 32, pairs: 60, uploads: 160, everyMs: 0 },
  { connections: 32, pairs: 40, uploads: 160, everyMs: 5 },
];
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
    for (const side of [python, typescript]) {
      await upload(side, { connections: 8, uploads: WARM_UP_UPLOADS, everyMs: 0 });
    }
    const rows = [
      [
        "connections",
        "an upload every",
        "",
        "Python",
        "TypeScript",
        "added",
        "95 % of its median",
        "middle half of the turns",
      ],
    ];
    for (const load of LOADS) rows.push(...(await compare(python, typescript, load)));
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

async function compare(python: Side, typescript: Side, load: Load) {
  const turns = await takePairs(
    load.pairs,
    () => upload(typescript, load),
    () => upload(python, load),
  );
  return (["p50Ms", "cpuMs"] as const).map((figure) => {
    // Of each pair, which was measured at one time.
    const added = spreadOf(turns.map(({ ours, theirs }) => ours[figure] - theirs[figure]));
    const sides = (["theirs", "ours"] as const).map((side) => median(turns.map((pair) => pair[side][figure])));
    return [
      String(load.connections),
      load.everyMs === 0 ? "" : `${load.everyMs} ms`,
      figure === "p50Ms" ? "p50" : "CPU",
      ...[...sides, added.median].map((number) => number.toFixed(3)),
      added.certain,
      added.middle,
    ];
  });
}

async function upload({ target, cpu }: Side, { connections, uploads, everyMs }: Omit<Load, "pairs">): Promise<Turn> {
  const { url, token } = target;
  const pool = new Pool(url, { connections, pipelining: 1 });
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/octet-stream" };
  const body = randomBytes(BYTES);
  const times: number[] = [];
  let begun = 0;
  const startedMs = performance.now();
  const worker = async () => {
    while (begun < uploads) {
      const dueMs = startedMs + begun * everyMs;
      begun += 1;
      if (everyMs > 0) await wait(Math.max(0, dueMs - performance.now()));
      // One that is late because all connections are taken has waited since then.
      const began = everyMs > 0 ? dueMs : performance.now();
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
