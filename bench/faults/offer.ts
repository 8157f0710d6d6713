import { Pool, type Dispatcher } from "undici";
import { tokenOf } from "../support/targets.ts";

/** Requests at a steady pace, however slow the answers are: clients that know nothing of each other. */
export interface Offer {
  readonly perSecond: number;
  /** Whose requests these are, in turns. */
  readonly users: readonly string[];
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: Buffer;
}

/** One request. Times in milliseconds. */
export interface Answer {
  /** When it was due, by `performance.now()`: a client that is held up by us has waited, too. */
  readonly dueMs: number;
  readonly endMs: number;
  /** 0 where the connection broke. */
  readonly status: number;
}

/** An offer under way. */
export interface Offering {
  /** Grows with each answer. */
  readonly answers: readonly Answer[];
  /** Resolves with all answers once the last request has one. */
  end(): Promise<readonly Answer[]>;
}

/** More than the service lets wait. */
const MOST_CONNECTIONS = 2000;

/** Makes requests until it is ended. */
export function startOffering(url: string, { perSecond, users, method, path, body }: Offer): Offering {
  const pool = new Pool(url, { connections: MOST_CONNECTIONS, bodyTimeout: 0, headersTimeout: 0 });
  const answers: Answer[] = [];
  const pending = new Set<Promise<void>>();
  const startedMs = performance.now();
  let sent = 0;
  const ask = async (user: string, dueMs: number) => {
    const headers = { authorization: `Bearer ${tokenOf(user)}`, "content-type": "application/octet-stream" };
    const request = pool.request({ method, path, headers, body: body ?? null });
    const status = await request.then(readStatus).catch(() => 0);
    answers.push({ dueMs, endMs: performance.now(), status });
  };
  const timer = setInterval(() => {
    // The clock is read once: answers must be received even where we cannot keep the pace.
    const nowMs = performance.now();
    for (;;) {
      const dueMs = startedMs + (sent * 1000) / perSecond;
      if (dueMs > nowMs) return;
      const asked = ask(users[sent % users.length] ?? "", dueMs);
      pending.add(asked);
      void asked.then(() => pending.delete(asked));
      sent += 1;
    }
  }, 1);
  return {
    answers,
    async end() {
      clearInterval(timer);
      await Promise.all(pending);
      await pool.close();
      return answers;
    },
  };
}

async function readStatus({ statusCode, body }: Dispatcher.ResponseData): Promise<number> {
  await body.dump();
  return statusCode;
}

/** What a part of the answers says: how many, how many were refused, and the latency of the others. */
export function describe(answers: readonly Answer[]): string[] {
  const refused = answers.filter(({ status }) => status === 503);
  const good = answers.filter(({ status }) => status === 200);
  const latency = (of: readonly Answer[], part: number) => (of.length === 0 ? "-" : latencyMs(of, part).toFixed(1));
  return [
    String(answers.length),
    String(refused.length),
    String(answers.length - refused.length - good.length),
    latency(good, 0.5),
    latency(good, 0.99),
    latency(refused, 0.99),
  ];
}

/** The heads of {@link describe}. */
export const DESCRIPTION = ["requests", "refused (503)", "failed", "p50 ms", "p99 ms", "p99 ms of the refused"];

/** The latency that this part of the answers stayed within, 0 to 1. */
export function latencyMs(answers: readonly Answer[], part: number): number {
  const sorted = answers.map(({ dueMs, endMs }) => endMs - dueMs).toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}
