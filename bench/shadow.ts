import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Pool } from "undici";
import { askForConfig } from "./support/load.ts";
import { CpuMeter } from "./support/cpu-meter.ts";
import { median, spreadOf, takePairs } from "./support/pairs.ts";
import type { Target } from "./support/servers.ts";
import { printTable } from "./support/table.ts";
import { startBridge } from "./support/targets.ts";

/** Two processes of the same code differ for as long as they run: each round starts both anew, in the other order. */
const ROUNDS = 6;
const REQUESTS = 1_000;
/**
 * Without a pause the requests of four connections and the service fill two cores by themselves: what a shadow does then
 * takes the place of something. With a request every millisecond there is room, as on a server that keeps up.
 */
const LOADS = [
  { name: "at once", everyMs: 0, pairs: 20 },
  { name: "every 1 ms", everyMs: 1, pairs: 8 },
] as const;
const CONNECTIONS = 4;
/** Until compilers and caches have settled, and the budget of the shadow as well. */
const WARM_UP_MS = 10_000;

const FIGURES = [
  { figure: "p50", name: "p50, ms", by: "ratio", wanted: "" },
  { figure: "p99", name: "p99, ms", by: "ratio", wanted: "1.05 at most" },
  { figure: "cpu", name: "CPU of a request, ms", by: "ratio", wanted: "" },
  { figure: "cores", name: "cores", by: "difference", wanted: "0.10 at most" },
] as const;

const LIMITS_TS = `
import { defineModule } from "synapse-media-bridge";
export default defineModule({
  name: "limits",
  setup: (api) =>
    api.registerMediaRepositoryCallbacks({
      getMediaConfigForUser: (userId) => ({ "m.upload.size": 1_000_000, "org.example.user": userId }),
      isUserAllowedToUploadMediaOfSize: (_userId, size) => size < 1_000_000,
    }),
});
`;

/** What a turn of requests took: times in milliseconds. */
interface Turn {
  readonly p50: number;
  readonly p99: number;
  /** CPU of a request. */
  readonly cpu: number;
  readonly cores: number;
}

interface Measured {
  readonly target: Target;
  readonly pool: Pool;
  readonly cpu: CpuMeter;
}

type Load = (typeof LOADS)[number];
type Pair = Awaited<ReturnType<typeof takePairs<Turn>>>[number];

/**
 * The same service with and without a shadow, by pairs of turns: times of requests, CPU of a request, and the part of a
 * core that the service with a shadow takes beyond the other one.
 */
export async function benchShadow(python: string, scale: number): Promise<void> {
  for (const direction of ["Python, shadowed by TypeScript", "TypeScript, shadowed by Python"] as const) {
    const entries = { python: { module: "bench_shadow.Limits" }, typescript: { typescript: "./limits.ts" } };
    const [original, candidate] = direction.startsWith("Python")
      ? [entries.python, entries.typescript]
      : [entries.typescript, entries.python];
    const rounds = new Map<Load, Pair[][]>(LOADS.map((load) => [load, []]));
    for (let round = 0; round < ROUNDS; round += 1) {
      const starts = [() => start(python, [original]), () => start(python, [{ ...original, shadow: candidate }])];
      const isReversed = round % 2 === 1;
      const started: Measured[] = [];
      try {
        for (const begin of isReversed ? starts.toReversed() : starts) {
          const target = await begin();
          const pool = new Pool(target.url, { connections: CONNECTIONS, pipelining: 1 });
          started.push({ target, pool, cpu: new CpuMeter(target.pid) });
        }
        for (const one of started) await warmUp(one);
        const [alone, shadowed] = isReversed ? started.toReversed() : started;
        if (alone === undefined || shadowed === undefined) throw new Error("two services are compared");
        for (const load of LOADS) {
          const pairs = Math.max(2, Math.round(load.pairs * scale));
          const taken = await takePairs(
            pairs,
            () => takeTurn(shadowed, load),
            () => takeTurn(alone, load),
          );
          rounds.get(load)?.push(taken);
        }
      } finally {
        for (const { pool, target } of started) {
          await pool.close();
          await target.stop();
        }
      }
    }
    for (const [load, found] of rounds) report(`${direction}, requests ${load.name}`, found);
  }
}

async function start(python: string, modules: readonly object[]): Promise<Target> {
  const folder = mkdtempSync(join(tmpdir(), "media-bridge-bench-"));
  writeFileSync(join(folder, "limits.ts"), LIMITS_TS);
  return startBridge(folder, python, { durability: "relaxed", modules });
}

async function warmUp({ target, pool }: Measured): Promise<void> {
  const untilMs = performance.now() + WARM_UP_MS;
  while (performance.now() < untilMs) await drive(target, pool, CONNECTIONS * 8, 0);
}

async function takeTurn({ target, pool, cpu }: Measured, { everyMs }: Load): Promise<Turn> {
  let times: number[] = [];
  const startedMs = performance.now();
  const cpuMs = await cpu.measure(async () => {
    times = await drive(target, pool, REQUESTS, everyMs);
  });
  const tookMs = performance.now() - startedMs;
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.floor(part * (sorted.length - 1))] ?? 0;
  return { p50: at(0.5), p99: at(0.99), cpu: cpuMs / times.length, cores: cpuMs / tookMs };
}

/** Resolves to what each request took. */
async function drive({ token }: Target, pool: Pool, requests: number, everyMs: number): Promise<number[]> {
  let begun = 0;
  const times: number[] = [];
  const headers = { authorization: `Bearer ${token}` };
  const firstMs = performance.now();
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (begun < requests) {
        const dueMs = firstMs + begun * everyMs;
        begun += 1;
        if (everyMs > 0) await wait(Math.max(0, dueMs - performance.now()));
        const startedMs = performance.now();
        const answer = await pool.request({ ...askForConfig(), headers });
        await answer.body.dump();
        if (answer.statusCode !== 200) throw new Error(`the media configuration is answered ${answer.statusCode}`);
        times.push(performance.now() - startedMs);
      }
    }),
  );
  return times;
}

function report(direction: string, rounds: readonly Pair[][]): void {
  console.log(`shadow: ${direction}`);
  const pairs = rounds.flat();
  const rows = FIGURES.map(({ figure, name, by, wanted }) => {
    const [alone, shadowed] = (["theirs", "ours"] as const).map((side) =>
      median(pairs.map((pair) => pair[side][figure])),
    );
    const ofPair = ({ ours, theirs }: Pair) =>
      by === "ratio" ? ours[figure] / theirs[figure] : ours[figure] - theirs[figure];
    const { median: all, certain } = spreadOf(pairs.map(ofPair));
    const each = rounds.map((round) => median(round.map(ofPair))).toSorted((one, other) => one - other);
    return [
      name,
      ...[alone, shadowed, all].map((number) => (number ?? 0).toFixed(3)),
      certain,
      each.map((change) => change.toFixed(2)).join(" "),
      wanted,
    ];
  });
  printTable([["", "alone", "with a shadow", "change", "95 % of its median", "of the rounds", "wanted"], ...rows]);
}
