import { randomBytes } from "node:crypto";
import {
  askForConfig,
  type Attempt,
  compareByTurns,
  type Figures,
  measure,
  measureInTurn,
  type Work,
} from "./support/load.ts";
import { measurePeak } from "./memory.ts";
import { emptyStore, newFolder, type Target } from "./support/servers.ts";
import { startSynapse } from "./support/synapse.ts";
import { startBridge, type Durability } from "./support/targets.ts";

const DOWNLOAD_V1 = "/_matrix/client/v1/media/download/bench.test/";
const UPLOAD = "/_matrix/media/v3/upload";
const KB = 1024;
const MB = 1024 * KB;
const SMALL_FILES = [
  ["1 KB", KB],
  ["100 KB", 100 * KB],
] as const;

/** How many times less CPU than Synapse is wanted at least, at one connection and at many. */
const WANTED: Record<string, readonly [one: number, many: number]> = {
  "GET config": [2.5, 8],
  "upload of 1 KB": [3, 5],
  "upload of 100 KB": [3, 5],
  "upload of 10 MB": [1.5, 2],
  "download of 1 KB": [4, 8],
  "download of 100 KB": [4, 8],
  "download of 10 MB": [3, 4],
};

const COMPARED = "work | CPU of the other checkout's | 95 % of its median | middle half of the turns | at most wanted";

export interface ServiceBenchOptions {
  /** Whether a real Synapse is measured too. */
  readonly synapse: boolean;
  /** A built checkout of another commit, whose service is measured in place of a Synapse; absent: none is. */
  readonly against?: string | undefined;
  readonly python: string;
  /** Factor on the number of requests. */
  readonly scale: number;
  /** Only the works whose name contains this are measured. */
  readonly works: string;
  readonly durability: Durability;
}

/** The service, beside a real Synapse where asked for: the same modules, the same requests, taking turns. */
export async function benchService(options: ServiceBenchOptions): Promise<void> {
  const { against, durability } = options;
  const starts = [
    () => startBridge(newFolder(), options.python, { durability }),
    ...(against === undefined
      ? []
      : [() => startBridge(newFolder(), options.python, { durability, checkout: against })]),
    ...(options.synapse && against === undefined ? [() => startSynapse(newFolder())] : []),
  ];
  const targets: Target[] = [];
  try {
    for (const start of starts) {
      const target = await start();
      targets.push(target);
      console.log(`${target.name}: ready after ${target.startSeconds.toFixed(2)} s`);
    }
    const lines = await run(targets, options);
    for (const line of lines) console.log(line);
  } finally {
    for (const target of targets) await target.stop();
  }
  // Fresh ones: what other work has left in a heap is not what a large file needs.
  if (options.works !== "") return;
  for (const start of starts) {
    const target = await start();
    try {
      await measurePeak(target);
    } finally {
      await target.stop();
    }
  }
}

/** What one server is asked for; downloads differ, as each has ids of its own. */
type Requests = (target: Target) => Work["next"];

async function run(targets: readonly Target[], { scale, works, against }: ServiceBenchOptions): Promise<string[]> {
  const more = targets.length > 1 ? " | Synapse CPU ms | Synapse requests/s | times less CPU | wanted" : "";
  const heading = `work | CPU ms a request | requests/s${more}`;
  const lines = [`\n${against === undefined ? heading : COMPARED}`];
  const record = async (
    name: string,
    connections: number,
    requests: number,
    nextOf: Requests,
    large?: { readonly afterTurn?: (target: Target) => void },
  ) => {
    if (!name.includes(works)) return;
    const count = Math.max(8, Math.round(requests * scale));
    const attempts = targets.map((target) => ({
      target,
      work: {
        name,
        connections,
        requests: count,
        isLarge: large !== undefined,
        next: nextOf(target),
        afterTurn: () => large?.afterTurn?.(target),
      },
    }));
    const [ours, theirs] = attempts;
    if (against === undefined) lines.push(describe(name, connections, await measureInTurn(attempts)));
    else if (ours && theirs) lines.push(await compare(name, ours, theirs, scale));
  };
  for (const connections of [1, 32]) {
    await record("GET config", connections, connections === 1 ? 3000 : 8000, () => askForConfig);
    for (const [name, size] of SMALL_FILES) {
      await record(`upload of ${name}`, connections, connections === 1 ? 1000 : 3000, uploadsOf(size));
    }
  }
  for (const [name, size] of SMALL_FILES) {
    if (!`download of ${name}`.includes(works)) continue;
    const nextOf = await downloadsOf(targets, size, 1000);
    for (const connections of [1, 32]) {
      await record(`download of ${name}`, connections, connections === 1 ? 2000 : 6000, nextOf);
    }
  }
  if ("download of 10 MB".includes(works)) {
    const nextOf = await downloadsOf(targets, 10 * MB, 8);
    for (const connections of [1, 8]) await record("download of 10 MB", connections, 120, nextOf, {});
  }
  for (const connections of [1, 8]) {
    await record("upload of 10 MB", connections, 120, uploadsOf(10 * MB), { afterTurn: emptyStore });
  }
  return lines;
}

function uploadsOf(size: number): Requests {
  const body = randomBytes(size);
  return () => () => ({ method: "POST", path: UPLOAD, body });
}

/** Fills every server with this many files, and asks for them one after the other. */
async function downloadsOf(targets: readonly Target[], size: number, files: number): Promise<Requests> {
  const nexts = new Map<Target, Work["next"]>();
  for (const target of targets) {
    const paths = await uploadMany(target, size, files);
    let turn = 0;
    nexts.set(target, () => ({ method: "GET", path: paths[turn++ % paths.length] ?? "" }));
  }
  return (target) => nexts.get(target) ?? (() => ({ method: "GET", path: "" }));
}

async function uploadMany(target: Target, size: number, files: number): Promise<string[]> {
  const paths: string[] = [];
  await measure(
    {
      name: "upload",
      connections: 8,
      requests: files,
      isLarge: true,
      next: uploadsOf(size)(target),
      onBody: (text) =>
        paths.push(DOWNLOAD_V1 + (JSON.parse(text) as { content_uri: string }).content_uri.split("/").at(-1)),
    },
    target,
  );
  return paths.slice(0, files);
}

/** By turns so short that what else the machine does is felt by both of a pair. */
async function compare(name: string, ours: Attempt, theirs: Attempt, scale: number): Promise<string> {
  const { connections, isLarge = false } = ours.work;
  const requests = isLarge ? connections : Math.max(100, connections * 10);
  const short = (attempt: Attempt) => ({ ...attempt, work: { ...attempt.work, requests } });
  const pairs = Math.max(8, Math.round((isLarge ? 20 : 60) * scale));
  const { median, certain, middle } = await compareByTurns(short(ours), short(theirs), pairs);
  return [`${name} at ${connections}`, median.toFixed(3), certain, middle, "1.03"].join(" | ");
}

function describe(name: string, connections: number, [ours, theirs]: readonly Figures[]): string {
  if (ours === undefined) throw new Error(`${name} was not measured`);
  const columns = [`${name} at ${connections}`, ours.cpuMs.toFixed(3), ours.perSecond.toFixed(0)];
  if (theirs) {
    const wanted = String(WANTED[name]?.[connections === 1 ? 0 : 1]);
    const times = (theirs.cpuMs / ours.cpuMs).toFixed(2);
    columns.push(theirs.cpuMs.toFixed(3), theirs.perSecond.toFixed(0), times, wanted);
  }
  return columns.join(" | ");
}
