import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import type { FaultOptions, FaultResult } from "../program.ts";
import { createFolder, removeFolder, SERVER_NAME, writeFaultConfig } from "../support/folder.ts";
import { type FaultyService, startFaultyService } from "../support/service.ts";

/** The largest file that the service and its children may write, as on a disk that is nearly full. */
const LIMIT_BYTES = 3_000_000;
const SIDE = 1_100;
const SMALL = "width=32&height=32&method=crop";
/** As large as the picture: as PNG of noise it is beyond the limit. */
const LARGE = `width=${SIDE}&height=${SIDE}&method=scale`;

/** A limit of the system on the size of files, met by an upload and by a thumbnail while the service runs. */
export async function runSizeLimit({ note }: Pick<FaultOptions, "note">): Promise<FaultResult> {
  const result = { passed: 0, failed: 0 };
  const expect = (what: string, found: unknown, wanted: unknown) => {
    if (JSON.stringify(found) === JSON.stringify(wanted)) result.passed += 1;
    else {
      result.failed += 1;
      note(`${what}: ${JSON.stringify(found)} where ${JSON.stringify(wanted)} was expected`);
    }
  };
  const folder = createFolder();
  try {
    const config = { dynamic_thumbnails: true, thumbnail_sizes: [] };
    const service = await startFaultyService(writeFaultConfig(folder, { config }));
    const picture = await makeNoise();
    const before = await upload(service, picture, "image/webp");
    expect("an upload before the limit", before.status, 200);
    execFileSync("prlimit", ["--pid", String(service.pid), `--fsize=${LIMIT_BYTES}`]);
    const refused = await upload(service, randomBytes(LIMIT_BYTES + 1), "application/octet-stream");
    expect("an upload beyond the limit", [refused.status, refused.errcode], [500, "M_UNKNOWN"]);
    expect("a thumbnail beyond the limit", await thumbnail(service, before.id, LARGE), 503);
    expect("thumbnails that are left", namesBelow(join(folder, "media/local_thumbnails")), []);
    expect("files of jobs that are left", namesBelow(join(folder, "data/uploads")).filter(isOfJob), []);
    expect("files of media", namesBelow(join(folder, "media/local_content")).length, 1);
    const small = await upload(service, await makeNoise(100), "image/webp");
    expect("a small upload", small.status, 200);
    expect("a small thumbnail", await thumbnail(service, small.id, SMALL), 200);
    expect("a download", (await service.request(`/_matrix/client/v1/media/download/${before.id}`)).status, 200);
    expect("the end", await service.end("SIGTERM"), 0);
    expect("what is left at the end", namesBelow(join(folder, "data/uploads")), []);
  } finally {
    removeFolder(folder);
  }
  return result;
}

/** Noise, of which a little can be seen through: its thumbnails are PNG, and large. */
function makeNoise(side = SIDE): Promise<Buffer> {
  const raw = { width: side, height: side, channels: 4 } as const;
  return sharp(randomBytes(side * side * 4), { raw })
    .webp({ quality: 50, effort: 0 })
    .toBuffer();
}

async function upload(
  service: FaultyService,
  body: Buffer,
  type: string,
): Promise<{ status: number; id: string; errcode: string | undefined }> {
  const headers = { "Content-Type": type };
  const answer = await service.request("/_matrix/media/v3/upload", { method: "POST", body, headers });
  const { content_uri: uri = "", errcode } = (await answer.json()) as { content_uri?: string; errcode?: string };
  return { status: answer.status, id: `${SERVER_NAME}/${uri.split("/").at(-1)}`, errcode };
}

async function thumbnail(service: FaultyService, id: string, query: string): Promise<number> {
  const answer = await service.request(`/_matrix/client/v1/media/thumbnail/${id}?${query}`);
  await answer.arrayBuffer();
  return answer.status;
}

/** A file is all that counts: empty folders of other media may be there. */
function namesBelow(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  } catch {
    return [];
  }
}

function isOfJob(name: string): boolean {
  return !name.startsWith("upload-");
}
