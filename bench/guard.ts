import { randomBytes } from "node:crypto";
import { Pool } from "undici";
import { measurePeak } from "./memory.ts";
import { cpuMsOfTree } from "./support/processes.ts";
import { newFolder } from "./support/servers.ts";
import { startSynapse } from "./support/synapse.ts";
import { startGuard, startNginx } from "./support/targets.ts";

const KB = 1024;
const WORKS = [
  { name: "1 KB", bytes: KB, uploads: 40, atOnce: 1 },
  { name: "100 KB", bytes: 100 * KB, uploads: 40, atOnce: 1 },
  { name: "100 KB, 2 at once", bytes: 100 * KB, uploads: 80, atOnce: 2 },
  { name: "100 KB, 8 at once", bytes: 100 * KB, uploads: 160, atOnce: 8 },
  { name: "10 MB", bytes: 10 * KB * KB, uploads: 4, atOnce: 1 },
] as const;
/** The speed of a server depends on where its memory happens to be, by 5 % and more: several servers do each work. */
const SETS = 3;
const ROUNDS_OF_SET = 7;
const WARM_UP_UPLOADS = 2500;
const MOST_AT_ONCE = 8;
/** Wanted at 100 KB. */
const MOST_ADDED_LATENCY = 0.25;

/** What uploads reach, through nginx. */
interface Way {
  readonly pool: Pool;
  readonly token: string;
  /** The processes whose CPU time an upload costs, apart from nginx. */
  readonly pids: readonly number[];
}

interface Round {
  readonly latencyMs: number;
  /**
   * Of the fastest tenth: on a machine that does other things too, as near as one gets to what it takes undisturbed.
   */
  readonly undisturbedMs: number;
  readonly cpuMs: number;
}

/** A turn of each way. */
interface Pair {
  readonly synapse: Round;
  readonly guarded: Round;
  /** Of the guarded turn, the CPU time of the guard and its child. */
  readonly ownCpuMs: number;
}

/** The works in their order, and of each the turns of every set of servers. */
type Results = ReadonlyMap<(typeof WORKS)[number], Pair[][]>;

/**
 * What guarding adds to an upload: the same nginx in front of Synapse with two modules of its own, and in front of
 * both.
 */
export async function benchGuard(python: string, scale: number): Promise<void> {
  const results: Results = new Map(WORKS.map((work) => [work, []]));
  for (let set = 1; set <= SETS; set += 1) await benchSet(python, scale, results, set === SETS);
  for (const [{ name }, sets] of results) report(name, sets);
}

async function benchSet(python: string, scale: number, results: Results, isLast: boolean): Promise<void> {
  const alone = await startSynapse(newFolder());
  const behind = await startSynapse(newFolder(), { hasModules: false });
  const guard = await startGuard(newFolder(), python, behind);
  const aloneFront = await startNginx(newFolder(), alone.url, alone.url);
  const guardFront = await startNginx(newFolder(), guard.url, behind.url);
  const synapse: Way = { pool: openPool(aloneFront.url), token: alone.token, pids: [alone.pid] };
  const guarded: Way = { pool: openPool(guardFront.url), token: guard.token, pids: [guard.pid, behind.pid] };
  try {
    for (const way of [synapse, guarded]) await warmUp(way);
    for (const [{ bytes, uploads, atOnce }, sets] of results) {
      const body = randomBytes(bytes);
      const count = Math.max(2, Math.round(uploads * scale));
      const pairs: Pair[] = [];
      // In turn, so that whatever else the machine does is felt by both.
      for (let round = 0; round < ROUNDS_OF_SET; round += 1) {
        const first = await upload(synapse, body, count, atOnce);
        const ownBefore = cpuMsOfTree(guard.pid);
        const second = await upload(guarded, body, count, atOnce);
        pairs.push({ synapse: first, guarded: second, ownCpuMs: (cpuMsOfTree(guard.pid) - ownBefore) / count });
      }
      sets.push(pairs);
    }
    await Promise.all([synapse.pool.close(), guarded.pool.close()]);
    if (isLast) await measurePeak(guard);
  } finally {
    for (const server of [guardFront, aloneFront, guard, behind, alone]) await server.stop();
  }
}

/** Until compilers and caches have settled, of both alike: a server is measured as it is after its first minutes. */
async function warmUp(way: Way): Promise<void> {
  await upload(way, randomBytes(50 * KB), WARM_UP_UPLOADS, MOST_AT_ONCE);
}

async function upload({ pool, token, pids }: Way, body: Buffer, count: number, atOnce: number): Promise<Round> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/octet-stream" };
  const latencies: number[] = [];
  const cpuBefore = sum(pids.map(cpuMsOfTree));
  let left = count;
  const worker = async () => {
    while (left-- > 0) {
      const started = performance.now();
      const answer = await pool.request({ method: "POST", path: "/_matrix/media/v3/upload", headers, body });
      const text = await answer.body.text();
      if (answer.statusCode !== 200) throw new Error(`${answer.statusCode} ${text}`);
      latencies.push(performance.now() - started);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  const undisturbedMs = latencies.toSorted((a, b) => a - b)[Math.floor(latencies.length / 10)] ?? 0;
  const cpuMs = (sum(pids.map(cpuMsOfTree)) - cpuBefore) / latencies.length;
  return { latencyMs: median(latencies), undisturbedMs, cpuMs };
}

function report(name: string, sets: readonly (readonly Pair[])[]): void {
  const pairs = sets.flat();
  const of = (pick: (pair: Pair) => number) => median(pairs.map(pick));
  const undisturbed = of(({ guarded }) => guarded.undisturbedMs) / of(({ synapse }) => synapse.undisturbedMs) - 1;
  const wanted = name.startsWith("100 KB") ? `; wanted: less than ${MOST_ADDED_LATENCY * 100} %` : "";
  const spread = sets.map((set) => (addedBy(set) * 100).toFixed(0)).join(", ");
  console.log(
    `upload of ${name}: Synapse ${of(({ synapse }) => synapse.latencyMs).toFixed(2)} ms, ` +
      `guarded ${of(({ guarded }) => guarded.latencyMs).toFixed(2)} ms, ${(addedBy(pairs) * 100).toFixed(0)} % more ` +
      `(sets of servers: ${spread} %${wanted}), the fastest tenth ` +
      `${of(({ synapse }) => synapse.undisturbedMs).toFixed(2)} and ` +
      `${of(({ guarded }) => guarded.undisturbedMs).toFixed(2)} ms, ${(undisturbed * 100).toFixed(0)} % more; ` +
      `CPU: Synapse ${of(({ synapse }) => synapse.cpuMs).toFixed(2)} ms, both together ` +
      `${of(({ guarded }) => guarded.cpuMs).toFixed(2)} ms, of that the guard ${of(({ ownCpuMs }) => ownCpuMs).toFixed(2)} ms`,
  );
}

/** Latency added, as a fraction: each turn is held against the one before it. */
function addedBy(pairs: readonly Pair[]): number {
  return median(pairs.map(({ synapse, guarded }) => guarded.latencyMs / synapse.latencyMs - 1));
}

function openPool(url: string): Pool {
  return new Pool(url, { connections: MOST_AT_ONCE, pipelining: 1, bodyTimeout: 0, headersTimeout: 0 });
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
