import { setTimeout as wait } from "node:timers/promises";
import { Pool } from "undici";
import { createFolder, removeFolder, writeFaultConfig } from "../support/folder.ts";
import { startHomeserver } from "../support/homeserver.ts";
import { childrenOf, type Holdings, lookAtProcess } from "../support/processes.ts";
import type { FaultOptions, FaultResult } from "../program.ts";
import { createRandom } from "../support/random.ts";
import { startFaultyService } from "../support/service.ts";
import { prepareMix, type Send, type Turn } from "./mix.ts";
import { writeStormModules } from "../storm/modules.ts";

const SHORT_REQUESTS = 5_000;
const LONG_REQUESTS = 1_000_000;
const ROUNDS = 10;
const CONNECTIONS = 24;
/** Looks at memory in each round, of which the middle one counts: garbage comes and goes. */
const LOOKS = 20;
const MOST_GROWTH = 1.1;
const SETTLING_MS = 15_000;

/** One part of the requests, and the resources of service and child during it. */
interface Round {
  readonly perSecond: number;
  readonly host: Holdings;
  readonly child: Holdings;
}

/**
 * A million requests of a real mix in the long form: memory, descriptors and threads of service and child at the end
 * are those after the first tenth. In the short form the heaps are still growing to what they need: there only
 * descriptors and threads are compared.
 */
export async function runSoak({ short, seed, note }: FaultOptions): Promise<FaultResult> {
  const folder = createFolder();
  const homeserver = await startHomeserver();
  const config = writeFaultConfig(folder, {
    config: {
      modules: writeStormModules(folder),
      max_pending_media_uploads: 1000,
      rc_media_create: { per_second: 1e6, burst_count: 1e6 },
    },
    mediaBridge: { tokens_file: undefined, homeserver: { url: homeserver.url, database: "own" } },
  });
  const service = await startFaultyService(config, {}, () => undefined);
  const load = new Load(service.url);
  try {
    const turn = await prepareMix(load.send, createRandom(seed));
    const pids = { host: service.pid, child: childrenOf(service.pid)[0] ?? 0 };
    const rounds: Round[] = [];
    const requests = (short ? SHORT_REQUESTS : LONG_REQUESTS) / ROUNDS;
    let failed = 0;
    while (rounds.length < ROUNDS) {
      const { wrong, ...round } = await load.drive(turn, requests, pids, rounds[0]);
      for (const text of wrong.slice(0, 5)) note(`wrong: ${text}`);
      failed += wrong.length;
      rounds.push(round);
      note(describeRound(rounds.length * requests, round));
    }
    const comparisons = compare(rounds, !short);
    for (const { isRight, text } of comparisons) if (!isRight) note(`wrong: ${text}`);
    failed += comparisons.filter(({ isRight }) => !isRight).length;
    return { passed: ROUNDS * requests + comparisons.length - failed, failed };
  } finally {
    await load.close();
    await service.end("SIGTERM");
    homeserver.close();
    removeFolder(folder);
  }
}

/** Clients with connections that are kept for one round. */
class Load {
  readonly #url: string;
  #pool: Pool;

  constructor(url: string) {
    this.#url = url;
    this.#pool = this.#open();
  }

  readonly send: Send = async (options) => {
    const { statusCode: status, headers, body } = await this.#pool.request(options);
    return { status, headers, text: await body.text() };
  };

  close(): Promise<void> {
    return this.#pool.close();
  }

  /**
   * Makes this many requests, then checks the resources of the processes once nothing is under way and no connection is
   * open.
   */
  async drive(
    turn: Turn,
    requests: number,
    pids: { readonly host: number; readonly child: number },
    first: Round | undefined,
  ): Promise<Round & { readonly wrong: readonly string[] }> {
    const wrong: string[] = [];
    const memory = { host: [] as number[], child: [] as number[] };
    const startedMs = performance.now();
    let made = 0;
    const client = async () => {
      while (made < requests) {
        const { requests: more, wrong: what } = await turn();
        if (what !== undefined) wrong.push(what);
        made += more;
        if (memory.host.length > (made * LOOKS) / requests) continue;
        memory.host.push(lookAtProcess(pids.host).kilobytes);
        memory.child.push(lookAtProcess(pids.child).kilobytes);
      }
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, client));
    const perSecond = (made * 1000) / (performance.now() - startedMs);
    await this.#pool.close();
    this.#pool = this.#open();
    const settled = await settle(pids, first);
    return {
      perSecond,
      wrong,
      host: { ...settled.host, kilobytes: middle(memory.host) },
      child: { ...settled.child, kilobytes: middle(memory.child) },
    };
  }

  #open(): Pool {
    return new Pool(this.#url, { connections: CONNECTIONS, bodyTimeout: 0, headersTimeout: 0 });
  }
}

/** The service learns a little later that connections are closed; its flushes end a little later too. */
async function settle(
  pids: { readonly host: number; readonly child: number },
  first: Round | undefined,
): Promise<{ host: Holdings; child: Holdings }> {
  const until = performance.now() + SETTLING_MS;
  for (let last = Infinity; ;) {
    const [host, child] = [lookAtProcess(pids.host), lookAtProcess(pids.child)];
    const isSettled = first === undefined ? host.descriptors === last : host.descriptors <= first.host.descriptors;
    if (isSettled || performance.now() > until) return { host, child };
    last = host.descriptors;
    // Another process closing its connection is not an event.
    await wait(first === undefined ? 3_000 : 100);
  }
}

function compare(rounds: readonly Round[], withMemory: boolean): { isRight: boolean; text: string }[] {
  const [first, last] = [rounds[0], rounds.at(-1)];
  if (first === undefined || last === undefined) return [];
  return (["host", "child"] as const).flatMap((who) => {
    const [before, after] = [first[who], last[who]];
    const growth = after.kilobytes / before.kilobytes;
    return [
      // Fewer are fine: threads without work end, and take their descriptors with them.
      {
        isRight: after.descriptors <= before.descriptors,
        text: `${who}: ${before.descriptors} descriptors, then ${after.descriptors}`,
      },
      { isRight: after.threads <= before.threads, text: `${who}: ${before.threads} threads, then ${after.threads}` },
      ...(withMemory
        ? [{ isRight: growth <= MOST_GROWTH, text: `${who}: memory grew to ${growth.toFixed(3)} of what it was` }]
        : []),
    ];
  });
}

function describeRound(requests: number, { perSecond, host, child }: Round): string {
  const [of, and] = [host, child].map(
    ({ kilobytes, descriptors, threads }) =>
      `${(kilobytes / 1024).toFixed(1)} MB, ${descriptors} descriptors, ${threads} threads`,
  );
  return `${requests} requests, ${perSecond.toFixed(0)} a second; service: ${of}; child: ${and}`;
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
