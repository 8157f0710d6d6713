import { execFileSync } from "node:child_process";
import { Pool } from "undici";
import { CpuMeter } from "./cpu-meter.ts";
import { takePairs } from "./pairs.ts";
import { cpuMsOfTree } from "./processes.ts";

/** One kind of request. `next` gives the request to make. */
export interface Work {
  readonly name: string;
  readonly connections: number;
  readonly requests: number;
  /** Megabytes a request. */
  readonly isLarge?: boolean;
  next(): { method: "GET" | "POST"; path: string; body?: Buffer };
  /** Hears each answer's body, where it matters. */
  onBody?(body: string): void;
  /** Is called after each turn, outside of what is measured. */
  afterTurn?(): void;
}

const WARM_UP_MS = 4000;
const LARGE_WARM_UPS = 20;
/** How often servers that are measured side by side take turns. */
const TURNS = 6;

export interface Figures {
  readonly cpuMs: number;
  readonly perSecond: number;
}

/** A server under load, as far as measuring needs it. */
export interface Measured {
  readonly url: string;
  readonly token: string;
  readonly pid: number;
}

/** A work's requests at one server. */
export interface Attempt {
  readonly work: Work;
  readonly target: Measured;
}

/** The request that asks modules the least. */
export function askForConfig() {
  return { method: "GET", path: "/_matrix/client/v1/media/config" } as const;
}

/** As {@link measureInTurn}, at one server alone. */
export async function measure(work: Work, target: Measured): Promise<Figures> {
  const [figures] = await measureInTurn([{ work, target }]);
  if (figures === undefined) throw new Error(`${work.name} was not measured`);
  return figures;
}

/**
 * Makes the requests of each attempt, and answers its CPU milliseconds a request of the whole process tree, and
 * requests a second. The attempts take turns, so that what else the machine does is felt by all of them.
 */
export async function measureInTurn(attempts: readonly Attempt[]): Promise<Figures[]> {
  const open = attempts.map((attempt) => ({ ...attempt, pool: openPool(attempt), cpuMs: 0, seconds: 0, requests: 0 }));
  try {
    for (const { pool, work, target } of open) {
      await warmUp(pool, work, target.token);
      work.afterTurn?.();
    }
    for (let turn = 0; turn < TURNS; turn += 1) {
      // Each is first as often as last: what the one before it left to the machine is felt by both.
      for (const attempt of turn % 2 === 0 ? open : open.toReversed()) {
        const { pool, work, target } = attempt;
        const requests = Math.max(work.connections, Math.round(work.requests / TURNS));
        // What earlier work left to be written to disk is not this work's.
        execFileSync("sync");
        const cpuBefore = cpuMsOfTree(target.pid);
        const started = performance.now();
        await drive(pool, work, requests, target.token);
        attempt.seconds += (performance.now() - started) / 1000;
        attempt.cpuMs += cpuMsOfTree(target.pid) - cpuBefore;
        attempt.requests += requests;
        work.afterTurn?.();
      }
    }
  } finally {
    for (const { pool } of open) await pool.close();
  }
  return open.map(({ cpuMs, seconds, requests }) => ({ cpuMs: cpuMs / requests, perSecond: requests / seconds }));
}

/**
 * Two servers, whose difference is small, by pairs of short turns of so many requests. Resolves to the CPU that ours
 * needs in comparison to theirs, of each pair.
 */
export async function compareByTurns(
  ours: Attempt,
  theirs: Attempt,
  { requests, pairs }: { readonly requests: number; readonly pairs: number },
): Promise<number[]> {
  const pools: Pool[] = [];
  const prepare = async ({ work, target }: Attempt) => {
    const [pool, cpu] = [openPool({ work, target }), new CpuMeter(target.pid)];
    pools.push(pool);
    await warmUp(pool, work, target.token);
    return async () => {
      const cpuMs = await cpu.measure(() => drive(pool, work, requests, target.token));
      work.afterTurn?.();
      return cpuMs;
    };
  };
  try {
    const [ourTurn, theirTurn] = [await prepare(ours), await prepare(theirs)];
    return (await takePairs(pairs, ourTurn, theirTurn)).map((pair) => pair.ours / pair.theirs);
  } finally {
    for (const pool of pools) await pool.close();
  }
}

function openPool({ work: { connections }, target: { url } }: Attempt): Pool {
  return new Pool(url, { connections, pipelining: 1, bodyTimeout: 0, headersTimeout: 0 });
}

/**
 * Until compilers and caches have settled: a server is measured as it is after its first minutes, ours and the other
 * alike. Large bodies by number: by time the faster server would have more left to be written to disk.
 */
async function warmUp(pool: Pool, work: Work, token: string): Promise<void> {
  if (work.isLarge === true) return drive(pool, work, Math.max(LARGE_WARM_UPS, work.connections * 2), token);
  const until = performance.now() + WARM_UP_MS;
  while (performance.now() < until) await drive(pool, work, work.connections * 8, token);
}

async function drive(pool: Pool, work: Work, requests: number, token: string): Promise<void> {
  let left = requests;
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/octet-stream" };
  const worker = async () => {
    while (left-- > 0) {
      const { method, path, body } = work.next();
      const answer = await pool.request({ method, path, headers, body: body ?? null });
      if (answer.statusCode !== 200) throw new Error(`${work.name}: ${answer.statusCode} ${await answer.body.text()}`);
      if (work.onBody) work.onBody(await answer.body.text());
      else await answer.body.dump({ limit: Number.MAX_SAFE_INTEGER });
    }
  };
  await Promise.all(Array.from({ length: work.connections }, worker));
}
