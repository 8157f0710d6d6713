import { Readable } from "node:stream";
import { Pool } from "undici";
import { pssMbOfTree } from "./processes.ts";
import type { Target } from "./targets.ts";

const SIDE_BY_SIDE = 20;
const FILE_BYTES = 200 * 1024 * 1024;
const PIECE = Buffer.alloc(256 * 1024, 7);

/** Peak memory of the process tree during 20 uploads, then 20 downloads, of 200 MB side by side. */
export async function measurePeak(target: Target): Promise<void> {
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
  console.log(
    `${target.name}: peak memory of 20 × 200 MB: uploads ${uploads.toFixed(0)} MB, downloads ${downloads.toFixed(0)} MB (PSS)`,
  );
}

function* pieces(): Generator<Buffer> {
  for (let sent = 0; sent < FILE_BYTES; sent += PIECE.length) yield PIECE;
}

async function sideBySide(one: (index: number) => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, (_item, index) => one(index)));
}

async function peakDuring(pid: number, work: () => Promise<void>): Promise<number> {
  let peak = 0;
  const timer = setInterval(() => (peak = Math.max(peak, pssMbOfTree(pid))), 100);
  await work();
  clearInterval(timer);
  return peak;
}
