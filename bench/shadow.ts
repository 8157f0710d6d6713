import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Pool } from "undici";
import { askForConfig } from "./support/load.ts";
import { cpuMsOfTree } from "./support/processes.ts";
import type { Target } from "./support/servers.ts";
import { printTable } from "./support/table.ts";
import { startBridge } from "./support/targets.ts";

const TURNS = 20;
const REQUESTS = 1_000;
const CONNECTIONS = 4;
/** Until compilers and caches have settled, and the budget of the shadow as well. */
const WARM_UP_MS = 15_000;

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

/** Times in milliseconds. */
interface Row {
  readonly p50: number;
  readonly p99: number;
  readonly cpu: number;
  readonly cores: number;
}

interface Measurement {
  readonly target: Target;
  readonly pool: Pool;
  readonly times: number[];
  cpuMs: number;
  seconds: number;
}

/**
 * The same service with and without a shadow, in turn: times of requests, CPU of a request, and the part of a core that the
 * service with a shadow takes beyond the other one.
 */
export async function benchShadow(python: string, scale: number): Promise<void> {
  for (const direction of ["Python, shadowed by TypeScript", "TypeScript, shadowed by Python"] as const) {
    const entries = { python: { module: "bench_shadow.Limits" }, typescript: { typescript: "./limits.ts" } };
    const [original, candidate] = direction.startsWith("Python")
      ? [entries.python, entries.typescript]
      : [entries.typescript, entries.python];
    const alone = await start(python, [original]);
    const shadowed = await start(python, [{ ...original, shadow: candidate }]);
    const measured = [alone, shadowed].map((target): Measurement => ({
      target,
      pool: new Pool(target.url, { connections: CONNECTIONS, pipelining: 1 }),
      times: [],
      cpuMs: 0,
      seconds: 0,
    }));
    try {
      for (const one of measured) await warmUp(one);
      for (let turn = 0; turn < TURNS * scale; turn += 1) {
        for (const one of turn % 2 === 0 ? measured : measured.toReversed()) await measureTurn(one);
      }
      report(direction, measured);
    } finally {
      for (const { pool } of measured) await pool.close();
      await Promise.all([alone.stop(), shadowed.stop()]);
    }
  }
}

async function start(python: string, modules: readonly object[]): Promise<Target> {
  const folder = mkdtempSync(join(tmpdir(), "media-bridge-bench-"));
  writeFileSync(join(folder, "limits.ts"), LIMITS_TS);
  return startBridge(folder, python, { durability: "relaxed", modules });
}

async function warmUp({ target, pool }: Measurement): Promise<void> {
  const untilMs = performance.now() + WARM_UP_MS;
  while (performance.now() < untilMs) await drive(target, pool, CONNECTIONS * 8, []);
}

async function measureTurn(one: Measurement): Promise<void> {
  const cpuBefore = cpuMsOfTree(one.target.pid);
  const startedMs = performance.now();
  await drive(one.target, one.pool, REQUESTS, one.times);
  one.seconds += (performance.now() - startedMs) / 1000;
  one.cpuMs += cpuMsOfTree(one.target.pid) - cpuBefore;
}

async function drive({ token }: Target, pool: Pool, requests: number, times: number[]): Promise<void> {
  let left = requests;
  const headers = { authorization: `Bearer ${token}` };
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while ((left -= 1) >= 0) {
        const startedMs = performance.now();
        const answer = await pool.request({ ...askForConfig(), headers });
        await answer.body.dump();
        if (answer.statusCode !== 200) throw new Error(`the media configuration is answered ${answer.statusCode}`);
        times.push(performance.now() - startedMs);
      }
    }),
  );
}

function report(direction: string, measured: readonly Measurement[]): void {
  console.log(`shadow: ${direction}`);
  const rows = measured.map(({ times, cpuMs, seconds }): Row => {
    const sorted = times.toSorted((a, b) => a - b);
    const at = (part: number) => sorted[Math.floor(part * (sorted.length - 1))] ?? 0;
    return { p50: at(0.5), p99: at(0.99), cpu: cpuMs / times.length, cores: cpuMs / seconds / 1000 };
  });
  const cells = rows.map(({ p50, p99, cpu, cores }, index) => [
    index === 0 ? "alone" : "with a shadow",
    `${p50.toFixed(3)} ms`,
    `${p99.toFixed(3)} ms`,
    `${cpu.toFixed(3)} ms`,
    cores.toFixed(2),
  ]);
  printTable([["", "p50", "p99", "CPU a request", "cores"], ...cells]);
  const [alone, shadowed] = rows;
  if (alone === undefined || shadowed === undefined) return;
  const change = (pick: (row: Row) => number) => {
    const percent = (pick(shadowed) / pick(alone) - 1) * 100;
    return `${percent < 0 ? "" : "+"}${percent.toFixed(1)} %`;
  };
  console.log(
    `  with a shadow: p99 ${change(({ p99 }) => p99)} (wanted: +5 % at most), CPU of a request ${change(({ cpu }) => cpu)}, ` +
      `${(shadowed.cores - alone.cores).toFixed(2)} of a core more (the shadow's budget: 0.10)`,
  );
}
