import { Readable } from "node:stream";
import { Pool } from "undici";
import { memoryOf, memoryOfTree, treeOf, type Memory } from "./support/processes.ts";
import { newFolder, type Target } from "./support/servers.ts";
import { startSynapse } from "./support/synapse.ts";
import { startBridge, startGuard } from "./support/targets.ts";

const SIDE_BY_SIDE = 20;
const FILE_BYTES = 200 * 1024 * 1024;
const PIECE = Buffer.alloc(256 * 1024, 7);
/** How long a service has nothing to do before it counts as idle. */
const IDLE_MS = 20_000;

/**
 * Memory of the service: as a repository and, where asked for, in front of a Synapse; idle, and while large files pass.
 */
export async function benchMemory(
  python: string,
  { synapse: hasSynapse }: { readonly synapse: boolean },
): Promise<void> {
  await measure("repository", () => startBridge(newFolder(), python, { durability: "relaxed" }));
  if (!hasSynapse) return;
  const synapse = await startSynapse(newFolder(), { hasModules: false });
  try {
    await measure("guard", () => startGuard(newFolder(), python, synapse));
  } finally {
    await synapse.stop();
  }
}

async function measure(name: string, start: () => Promise<Target>): Promise<void> {
  const target = await start();
  try {
    await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
    for (const [index, pid] of treeOf(target.pid).entries()) {
      console.log(`${name}, idle, ${index === 0 ? "service" : "Python child"}: ${describe(memoryOf(pid))}`);
    }
    console.log(`${name}, idle, together: ${describe(memoryOfTree(target.pid))}`);
    const { uploads, downloads } = await findPeaks(target);
    console.log(`${name}, 20 × 200 MB up: ${describe(uploads)}`);
    console.log(`${name}, 20 × 200 MB down: ${describe(downloads)}`);
  } finally {
    await target.stop();
  }
}

function describe({ pssMb, ownMb, wholeMb }: Memory): string {
  return `${pssMb.toFixed(0)} MB (PSS), of that its own ${ownMb.toFixed(0)}; ${wholeMb.toFixed(0)} with shared pages counted whole`;
}

/** Prints the peak memory of the process tree during 20 uploads, then 20 downloads, of 200 MB side by side. */
export async function measurePeak(target: Target): Promise<void> {
  const { uploads, downloads } = await findPeaks(target);
  console.log(
    `${target.name}: peak memory of 20 × 200 MB: uploads ${uploads.pssMb.toFixed(0)} MB, ` +
      `downloads ${downloads.pssMb.toFixed(0)} MB (PSS)`,
  );
}

async function findPeaks(target: Target): Promise<{ readonly uploads: Memory; readonly downloads: Memory }> {
  const pool = new Pool(target.url, { connections: SIDE_BY_SIDE, bodyTimeout: 0, headersTimeout: 0 });
  const headers = { authorization: `Bearer ${target.token}` };
  const ids: string[] = [];
  const uploads = await peakDuring(target.pid, () =>
    sideBySide(async () => {
      const answer = await pool.request({
        method: "POST",
        path: "/_matrix/media/v3/upload",
        headers: { ...headers, "content-length": String(FILE_BYTES) },
        body: Readable.from(pieces()),
      });
      const { content_uri } = (await answer.body.json()) as { content_uri: string };
      ids.push(content_uri.split("/").at(-1) ?? "");
    }),
  );
  const downloads = await peakDuring(target.pid, () =>
    sideBySide(async (index) => {
      const path = `/_matrix/client/v1/media/download/bench.test/${ids[index]}`;
      const answer = await pool.request({ method: "GET", path, headers });
      await answer.body.dump({ limit: Number.MAX_SAFE_INTEGER });
    }),
  );
  await pool.close();
  return { uploads, downloads };
}

function* pieces(): Generator<Buffer> {
  for (let sent = 0; sent < FILE_BYTES; sent += PIECE.length) yield PIECE;
}

async function sideBySide(one: (index: number) => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, (_item, index) => one(index)));
}

async function peakDuring(pid: number, work: () => Promise<void>): Promise<Memory> {
  let peak = memoryOfTree(pid);
  const look = () => {
    const now = memoryOfTree(pid);
    if (now.ownMb > peak.ownMb) peak = now;
  };
  const timer = setInterval(look, 100);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  return peak;
}
