import { execFileSync } from "node:child_process";
import { Pool } from "undici";
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
}

const WARM_UP_MS = 4000;

export interface Figures {
  readonly cpuMs: number;
  readonly perSecond: number;
}

/** Makes a work's requests and answers CPU milliseconds a request of the whole process tree, and requests a second. */
export async function measure(work: Work, target: { url: string; token: string; pid: number }): Promise<Figures> {
  const pool = new Pool(target.url, {
    connections: work.connections,
    pipelining: 1,
    bodyTimeout: 0,
    headersTimeout: 0,
  });
  try {
    await warmUp(pool, work, target.token);
    // What earlier work left to be written to disk is not this work's.
    execFileSync("sync");
    const cpuBefore = cpuMsOfTree(target.pid);
    const started = performance.now();
    await drive(pool, work, work.requests, target.token);
    const seconds = (performance.now() - started) / 1000;
    return { cpuMs: (cpuMsOfTree(target.pid) - cpuBefore) / work.requests, perSecond: work.requests / seconds };
  } finally {
    await pool.close();
  }
}

/**
 * Until compilers and caches have settled: a server is measured as it is after its first minutes, ours and the other alike.
 * Large bodies need no such time, and by time the faster server would have more left to be written to disk.
 */
async function warmUp(pool: Pool, work: Work, token: string): Promise<void> {
  if (work.isLarge === true) return drive(pool, work, work.connections * 2, token);
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
