import { readdirSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import sharp from "sharp";
import { findFreePort } from "../../test/support/free-port.ts";
import type { FaultOptions, FaultResult } from "../program.ts";
import { createFolder, removeFolder, writeFaultConfig } from "../support/folder.ts";
import { drawPicture, type Original, readOriginals } from "./drawn-pictures.ts";
import { PictureRun } from "./picture-run.ts";

const SHORT = 100;
const LONG = 10_000;
/** Clients, each with one picture at a time. */
const CLIENTS = 4;
/** How long what is under way after the last request may take. */
const SETTLING_MS = 120_000;
/** Of the originals, which are downloaded again. */
const DOWNLOADED_EVERY = 10;
const TOLD_EVERY = 500;

/**
 * Uploads pictures that are no whole pictures, and asks for their thumbnails. The service stays there; each request is
 * answered in time, with an image that can be read or with a refusal; children and memory stay within their bounds; and
 * nothing is left of the work.
 */
export async function runPictures(
  { short, seed, note }: FaultOptions,
  pictures: number = short ? SHORT : LONG,
): Promise<FaultResult> {
  const folder = createFolder();
  const metricsPort = await findFreePort();
  const config = writeFaultConfig(folder, { mediaBridge: { metrics: { host: "127.0.0.1", port: metricsPort } } });
  const run = await PictureRun.start(config, note);
  try {
    const originals = readOriginals();
    let drawn = 0;
    const clients = Array.from({ length: CLIENTS }, async () => {
      while (drawn < pictures) {
        drawn += 1;
        const number = drawn;
        await run.try(drawPicture(originals, seed, number), number % DOWNLOADED_EVERY === 0);
        run.look(number <= pictures / 10 ? "early" : number > pictures * 0.9 ? "late" : undefined);
        if (number % TOLD_EVERY === 0) note(`${number} pictures: ${run.describe()}`);
      }
    });
    await Promise.all(clients);
    await untilIdle(metricsPort);
    const left = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => path.includes("make-"));
    run.check(left.length === 0, () => `left behind: ${left.join(", ")}`);
    run.checkBounds();
    await tryWhole(run, originals);
  } finally {
    await run.end();
    removeFolder(folder);
  }
  note(`${pictures} pictures: ${run.describe()}`);
  return { passed: run.passed, failed: run.failed };
}

/** After all that a photo has its thumbnails. */
async function tryWhole(run: PictureRun, originals: readonly Original[]): Promise<void> {
  const photo = originals.find(({ name }) => name === "jpeg-photo.jpg");
  const made = () => run.answers.get("200 image/jpeg") ?? 0;
  const before = made();
  const queries = ["width=32&height=32&method=crop", "width=320&height=240&method=scale"];
  // Bytes of which nothing is known yet.
  const body = await sharp(photo?.bytes).negate().jpeg().toBuffer();
  await run.try({ name: "a photo at the end", mediaType: "image/jpeg", body, queries }, true);
  run.check(made() - before === queries.length, () => `a photo at the end has ${made() - before} thumbnails`);
}

/** Waits until no thumbnails are being made: the end of what is made beforehand is not an event that a client sees. */
async function untilIdle(metricsPort: number): Promise<void> {
  const until = performance.now() + SETTLING_MS;
  while (performance.now() < until) {
    const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    if (/^media_bridge_thumbnail_jobs 0$/m.test(text)) return;
    await wait(50);
  }
}
