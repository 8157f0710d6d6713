import { setTimeout as wait } from "node:timers/promises";
import { childrenOf, lookAtProcess } from "../processes.ts";
import type { World } from "./crowd-world.ts";

const SETTLING_MS = 30_000;
const MOST_GROWTH = 1.2;

/** What a service holds while no client is there. */
export interface Holdings {
  /** Requests that began and are not over, by its own log. */
  readonly requests: number;
  /** To the homeserver and to the Synapse that keeps media. */
  readonly connections: number;
  readonly descriptors: number;
  /** Of its Python child. */
  readonly childDescriptors: number;
  readonly children: number;
  /** Resident memory of both, with all garbage collected. */
  readonly bytes: number;
  readonly childBytes: number;
}

/** Looks at what a service holds once its clients have gone: at most `start`, where that is given and it ever gets there. */
export async function lookAtHoldings(world: World, start?: Holdings): Promise<Holdings> {
  const until = performance.now() + SETTLING_MS;
  for (let calm = 0; ;) {
    const { bytes: _bytes, childBytes: _childBytes, ...counts } = await count(world);
    const isCalm = counts.requests === 0 && counts.connections === 0;
    calm = isCalm ? calm + 1 : 0;
    const isBack = start === undefined ? calm > 10 : isCalm && counts.descriptors <= start.descriptors;
    if (isBack || performance.now() > until) break;
    // What another process closes is no event.
    await wait(100);
  }
  await world.log.collected(world.service.pid);
  return count(world);
}

/** Everything that is not as it was. */
export function compareHoldings(start: Holdings, end: Holdings): string[] {
  const counted = ["requests", "connections", "descriptors", "childDescriptors", "children"] as const;
  const measured = ["bytes", "childBytes"] as const;
  return [
    ...counted.filter((key) => end[key] !== start[key]).map((key) => `${key}: ${start[key]}, then ${end[key]}`),
    ...measured
      .filter((key) => end[key] > MOST_GROWTH * start[key])
      .map((key) => `${key}: ${toMiB(start[key])} MiB, then ${toMiB(end[key])}`),
  ];
}

/** In words. */
export function describeHoldings({ requests, connections, descriptors, bytes, childBytes }: Holdings): string {
  return `${requests} requests, ${connections} connections, ${descriptors} descriptors, ${toMiB(bytes)} MiB, the child's ${toMiB(childBytes)} MiB`;
}

async function count({ service, homeserver, witness, log }: World): Promise<Holdings> {
  const health = await service.request("/health", { headers: { Connection: "close" } });
  await health.text();
  const host = lookAtProcess(service.pid);
  const [child = 0, ...others] = childrenOf(service.pid);
  const python = lookAtProcess(child);
  return {
    requests: log.begun - log.over,
    connections: (await homeserver.connections()) + witness.connections,
    descriptors: host.descriptors,
    childDescriptors: python.descriptors,
    children: 1 + others.length,
    bytes: host.kilobytes * 1024,
    childBytes: python.kilobytes * 1024,
  };
}

function toMiB(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}
