import { randomBytes } from "node:crypto";
import { askForConfig, type Attempt, measure, type Work } from "./load.ts";
import { emptyStore, type Target } from "./servers.ts";

const DOWNLOAD_V1 = "/_matrix/client/v1/media/download/bench.test/";
const UPLOAD = "/_matrix/media/v3/upload";
const KB = 1024;
const MB = 1024 * KB;
const SMALL_FILES = [
  ["1 KB", KB],
  ["100 KB", 100 * KB],
] as const;

/** What one server is asked for; downloads differ, as each has ids of its own. */
type Requests = (target: Target) => Work["next"];

/** Does something with each of the works whose name contains `works`, at each of the targets. */
export async function eachWork(
  targets: readonly Target[],
  { scale, works }: { readonly scale: number; readonly works: string },
  visit: (attempts: readonly Attempt[]) => Promise<void>,
): Promise<void> {
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
    await visit(attempts);
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
