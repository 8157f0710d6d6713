import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import { measure, type Figures, type Work } from "./load.ts";
import { measurePeak } from "./memory.ts";
import { startBridge, startSynapse, type Durability, type Target } from "./targets.ts";

const DOWNLOAD_V1 = "/_matrix/client/v1/media/download/bench.test/";
const UPLOAD = "/_matrix/media/v3/upload";
const KB = 1024;
const MB = 1024 * KB;

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

export interface ServiceBenchOptions {
  /** Whether a real Synapse is measured too. */
  readonly synapse: boolean;
  readonly python: string;
  /** Factor on the number of requests. */
  readonly scale: number;
  /** Only the works whose name contains this are measured. */
  readonly works: string;
  readonly durability: Durability;
}

/** The service, beside a real Synapse where asked for: the same modules, the same requests, one run. */
export async function benchService(options: ServiceBenchOptions): Promise<void> {
  const results = new Map<string, Map<string, Figures>>();
  const starts = [
    () => startBridge(newFolder(), options.python, options.durability),
    ...(options.synapse ? [() => startSynapse(newFolder())] : []),
  ];
  for (const start of starts) {
    await withTarget(start, async (target) => {
      console.log(`${target.name}: ready after ${target.startSeconds.toFixed(2)} s`);
      results.set(target.name, await run(target, options));
    });
    // A fresh one: what other work has left in its heap is not what a large file needs.
    if (options.works === "") await withTarget(start, measurePeak);
  }
  print(results);
}

async function withTarget(start: () => Promise<Target>, use: (target: Target) => Promise<unknown>): Promise<void> {
  const target = await start();
  try {
    await use(target);
  } finally {
    await target.stop();
  }
}

async function run(target: Target, { scale, works }: ServiceBenchOptions): Promise<Map<string, Figures>> {
  const figures = new Map<string, Figures>();
  const record = async (work: Work) => {
    if (work.name.includes(works)) figures.set(`${work.name} at ${work.connections}`, await measure(work, target));
  };
  const many = (requests: number) => Math.max(8, Math.round(requests * scale));
  for (const connections of [1, 32]) {
    const requests = many(connections === 1 ? 3000 : 8000);
    await record({
      name: "GET config",
      connections,
      requests,
      next: () => ({ method: "GET", path: "/_matrix/client/v1/media/config" }),
    });
    for (const [name, size] of [
      ["1 KB", KB],
      ["100 KB", 100 * KB],
    ] as const) {
      const body = randomBytes(size);
      const uploads = many(connections === 1 ? 1000 : 3000);
      await record({
        name: `upload of ${name}`,
        connections,
        requests: uploads,
        next: () => ({ method: "POST", path: UPLOAD, body }),
      });
    }
  }
  for (const [name, size, files] of [
    ["1 KB", KB, 1000],
    ["100 KB", 100 * KB, 1000],
    ["10 MB", 10 * MB, 8],
  ] as const) {
    if (!`download of ${name}`.includes(works)) continue;
    const paths = await uploadMany(target, size, files);
    let turn = 0;
    const next = () => ({ method: "GET", path: paths[turn++ % paths.length] ?? "" }) as const;
    const large = size > MB;
    for (const connections of large ? [1, 8] : [1, 32]) {
      const requests = many(large ? 40 : connections === 1 ? 2000 : 6000);
      await record({ name: `download of ${name}`, connections, requests, isLarge: large, next });
    }
  }
  const body = randomBytes(10 * MB);
  for (const connections of [1, 8]) {
    await record({
      name: "upload of 10 MB",
      connections,
      requests: many(40),
      isLarge: true,
      next: () => ({ method: "POST", path: UPLOAD, body }),
    });
  }
  return figures;
}

async function uploadMany(target: Target, size: number, files: number): Promise<string[]> {
  const paths: string[] = [];
  const body = randomBytes(size);
  await measure(
    {
      name: "upload",
      connections: 8,
      requests: files,
      isLarge: size > MB,
      next: () => ({ method: "POST", path: UPLOAD, body }),
      onBody: (text) =>
        paths.push(DOWNLOAD_V1 + (JSON.parse(text) as { content_uri: string }).content_uri.split("/").at(-1)),
    },
    target,
  );
  return paths.slice(0, files);
}

function print(results: Map<string, Map<string, Figures>>): void {
  const [ours, theirs] = [results.get("bridge"), results.get("synapse")];
  const more = theirs ? " | Synapse CPU ms | Synapse requests/s | times less CPU | wanted" : "";
  console.log(`\nwork | CPU ms a request | requests/s${more}`);
  for (const [work, { cpuMs, perSecond }] of ours ?? []) {
    const columns = [work, cpuMs.toFixed(3), perSecond.toFixed(0)];
    const other = theirs?.get(work);
    if (other) {
      const [name = "", connections] = work.split(" at ");
      const wanted = WANTED[name]?.[connections === "1" ? 0 : 1];
      columns.push(
        other.cpuMs.toFixed(3),
        other.perSecond.toFixed(0),
        (other.cpuMs / cpuMs).toFixed(1),
        String(wanted),
      );
    }
    console.log(columns.join(" | "));
  }
}

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), "media-bridge-bench-"));
}
