import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import sharp from "sharp";
import type { ThumbnailJob, ThumbnailSize } from "../src/media/thumbnails/thumbnailer.ts";
import type { ThumbnailPool } from "../src/thumbnailing/thumbnail-pool.ts";
import { createLogger } from "../src/util/log.ts";
import { drawMixed, drawPhoto, type Sample } from "./support/pictures.ts";
import { cpuMs, memoryOf } from "./support/processes.ts";
import { newFolder } from "./support/servers.ts";
import { printTable } from "./support/table.ts";
import { ROOT } from "./support/targets.ts";

/** The sizes that Synapse has by default. */
const SIZES: readonly ThumbnailSize[] = [
  { width: 32, height: 32, method: "crop" },
  { width: 96, height: 96, method: "crop" },
  { width: 320, height: 240, method: "scale" },
  { width: 640, height: 480, method: "scale" },
  { width: 800, height: 600, method: "scale" },
];
/** CPU time is counted in ticks of 10 ms: a single photo would be lost in them. */
const PHOTOS = 40;
const MIXED = 400;
const MAX_PIXELS = 32 * 1024 * 1024;

/**
 * What thumbnails cost: the CPU time of a child for the five sizes of a photo of 12 megapixels, beside five pipelines
 * that each decode it, and the memory of one child while 400 pictures of all kinds pass.
 */
export async function benchThumbnails(): Promise<void> {
  const folder = newFolder();
  const pool = await openPool();
  try {
    const photo = { path: join(folder, "photo.jpg"), mediaType: "image/jpeg" };
    await (await drawPhoto(4000, 3000)).jpeg({ quality: 92 }).toFile(photo.path);
    await benchPhoto(pool, photo, folder);
    await benchMemory(pool, await drawMixed(folder), folder);
  } finally {
    await pool.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The pool of the build: the children's program is compiled there alone, as nothing imports it. */
async function openPool(): Promise<ThumbnailPool> {
  const url = pathToFileURL(join(ROOT, "dist/thumbnailing/thumbnail-pool.js")).href;
  const built = (await import(url)) as {
    ThumbnailPool: new (...args: ConstructorParameters<typeof ThumbnailPool>) => ThumbnailPool;
  };
  return new built.ThumbnailPool(createLogger("warn"), { maxChildren: 1 });
}

async function benchPhoto(pool: ThumbnailPool, photo: Sample, folder: string): Promise<void> {
  await runJob(pool, photo, folder);
  const pid = pool.pids[0] ?? 0;
  const before = cpuMs(pid);
  for (let turn = 0; turn < PHOTOS; turn += 1) await runJob(pool, photo, folder);
  const childMs = (cpuMs(pid) - before) / PHOTOS;
  const apartMs = await measureApart(photo.path);
  printTable([
    ["five sizes of a photo of 12 megapixels", "CPU ms", "ratio"],
    ["a child, decoding it once (wanted: about 60)", childMs.toFixed(0), "1.00"],
    ["five pipelines, each decoding it", apartMs.toFixed(0), (apartMs / childMs).toFixed(2)],
  ]);
}

/** The same sizes, each made from the file by itself, in this process. */
async function measureApart(path: string): Promise<number> {
  sharp.cache(false);
  sharp.concurrency(1);
  const make = async () => {
    for (const { width, height, method } of SIZES) {
      const fit = method === "crop" ? "cover" : "inside";
      await sharp(path).autoOrient().resize(width, height, { fit }).jpeg({ quality: 80 }).toBuffer();
    }
  };
  await make();
  const before = process.cpuUsage();
  for (let turn = 0; turn < PHOTOS; turn += 1) await make();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / PHOTOS;
}

async function benchMemory(pool: ThumbnailPool, samples: readonly Sample[], folder: string): Promise<void> {
  let peakMb = 0;
  const look = () => {
    peakMb = Math.max(peakMb, memoryOf(pool.pids[0] ?? 0).wholeMb);
  };
  const timer = setInterval(look, 20);
  for (let turn = 0; turn < MIXED; turn += 1) {
    const sample = samples[turn % samples.length];
    if (sample !== undefined) await runJob(pool, sample, folder);
    look();
  }
  clearInterval(timer);
  const { wholeMb, pssMb } = memoryOf(pool.pids[0] ?? 0);
  console.log(
    `one child after ${MIXED} pictures of ${samples.length} kinds: ${wholeMb.toFixed(0)} MB (RSS, wanted: at most 180), ` +
      `${pssMb.toFixed(0)} MB (PSS); at most ${peakMb.toFixed(0)} MB on the way`,
  );
}

async function runJob(pool: ThumbnailPool, { path, mediaType }: Sample, folder: string): Promise<void> {
  const made = join(folder, "made");
  mkdirSync(made, { recursive: true });
  const job: ThumbnailJob = {
    path,
    mediaType,
    maxPixels: MAX_PIXELS,
    wishes: [{ kind: "premade" }],
    sizes: SIZES,
    dynamic: false,
    folder: made,
  };
  await pool.run(job, { urgent: true });
}
