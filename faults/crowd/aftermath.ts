import { setTimeout as wait } from "node:timers/promises";
import { childrenOf, descriptorsOf, lookAtProcess } from "../support/processes.ts";
import type { World } from "./world.ts";
import { exchange } from "../http/exchange.ts";

const SETTLING_MS = 30_000;
const MOST_GROWTH = 1.2;

/** What a service holds while no client is there. */
export interface Holdings {
  /** Requests that began and are not over, by its own log. */
  readonly requests: number;
  /** To the homeserver and to the Synapse that keeps media. */
  readonly connections: number;
  /** By kind. */
  readonly descriptors: ReadonlyMap<string, number>;
  /** Of its Python child. */
  readonly childDescriptors: ReadonlyMap<string, number>;
  readonly children: number;
  /** Its heap, and the resident memory of both, with all garbage collected. */
  readonly heapBytes: number;
  readonly bytes: number;
  readonly childBytes: number;
}

/**
 * Looks at what a service holds once its clients have gone: what it held at the start, where that is given and it ever
 * gets there.
 */
export async function lookAtHoldings(world: World, start?: Holdings): Promise<Holdings> {
  await settle(world, start);
  const { heapUsed, external } = await world.log.collected(world.service.pid);
  return { ...(await settle(world, start)), heapBytes: heapUsed + external };
}

async function settle(world: World, start: Holdings | undefined): Promise<Holdings> {
  const until = performance.now() + SETTLING_MS;
  for (let calm = 0; ;) {
    const holdings = await countHoldings(world);
    calm = holdings.requests === 0 && holdings.connections === 0 ? calm + 1 : 0;
    const isBack = start === undefined ? calm > 10 : compareCounts(start, holdings).length === 0;
    if (isBack || performance.now() > until) return holdings;
    // Another process closing its connection is not an event.
    await wait(100);
  }
}

/** Everything that is more than it was; requests, connections and children are exactly what they were. */
export function compareHoldings(start: Holdings, end: Holdings): string[] {
  const measured = ["heapBytes", "bytes", "childBytes"] as const;
  return [
    ...compareCounts(start, end),
    ...measured
      .filter((key) => end[key] > MOST_GROWTH * start[key])
      .map((key) => `${key}: ${toMiB(start[key])} MiB, then ${toMiB(end[key])}`),
  ];
}

function compareCounts(start: Holdings, end: Holdings): string[] {
  const [before, after] = [start, end].map(
    ({ descriptors, childDescriptors }) =>
      new Map([
        ...descriptors,
        ...[...childDescriptors].map(([kind, count]) => [`${kind} of the child`, count] as const),
      ]),
  ) as [Map<string, number>, Map<string, number>];
  const exact = (["requests", "connections", "children"] as const)
    .filter((key) => start[key] !== end[key])
    .map((key) => `${key}: ${start[key]}, then ${end[key]}`);
  // Fewer are fine: threads without work end, and take theirs with them.
  const grown = [...after]
    .filter(([kind, count]) => count > (before.get(kind) ?? 0))
    .map(([kind, count]) => `${kind}: ${before.get(kind) ?? 0}, then ${count}`);
  return [...exact, ...grown];
}

/** In words. */
export function describeHoldings({
  requests,
  connections,
  descriptors,
  heapBytes,
  bytes,
  childBytes,
}: Holdings): string {
  const count = [...descriptors.values()].reduce((sum, each) => sum + each, 0);
  return `${requests} requests, ${connections} connections, ${count} descriptors, heap ${toMiB(heapBytes)} MiB, resident ${toMiB(bytes)} MiB, the child's ${toMiB(childBytes)} MiB`;
}

async function countHoldings({ service, homeserver, witness, log, port }: World): Promise<Holdings> {
  // A request that tells what the others count: its own connection is gone with it.
  await exchange(port, ["GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"], { answers: 1 });
  const [child = 0, ...others] = childrenOf(service.pid);
  return {
    requests: log.begun - log.over,
    connections: (await homeserver.connections()) + witness.connections,
    descriptors: descriptorsOf(service.pid),
    childDescriptors: descriptorsOf(child),
    children: 1 + others.length,
    heapBytes: 0,
    bytes: lookAtProcess(service.pid).kilobytes * 1024,
    childBytes: lookAtProcess(child).kilobytes * 1024,
  };
}

function toMiB(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}
