import { createHash } from "node:crypto";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import sharp from "sharp";
import { expect, onTestFinished, test } from "vitest";
import type { Chain } from "../../../src/callbacks/chain.ts";
import { makeThumbnails, type MakingParts } from "../../../src/media/thumbnails/make-thumbnails.ts";
import { ThumbnailJobs } from "../../../src/media/thumbnails/thumbnail-jobs.ts";
import type { Thumbnailer } from "../../../src/media/thumbnails/thumbnailer.ts";
import { openFilesystemBlobs } from "../../../src/storage/files/filesystem-blobs.ts";
import { openSqliteStores } from "../../../src/storage/sqlite/sqlite-stores.ts";
import { ThumbnailPool } from "../../../src/thumbnailing/thumbnail-pool.ts";
import { SYSTEM_CLOCK } from "../../../src/util/clock.ts";
import { storeBlob } from "../../contract/blobs/blob-bodies.ts";
import { newMedia } from "../../contract/media-rows.ts";
import { createTemporaryFolder } from "../../storage/files/temporary-folder.ts";
import { captureLog } from "../../support/captured-log.ts";

const SIDES = { width: 6400, height: 4900 };
const create = { ...SIDES, channels: 3, background: "#888888" } as const;
const body = await sharp({ create }).webp({ effort: 0 }).toBuffer();
const NO_MODULES = { has: () => false } as unknown as Chain;
const CROP = { width: 96, height: 96, method: "crop" } as const;

/** What happens right after the first thumbnail took too much memory, and before the usual ones are tried. */
type Meanwhile = (about: {
  /** The client that asked leaves. */
  readonly leave: () => void;
  readonly pool: ThumbnailPool;
  /** Has the same thumbnail made once more. */
  readonly again: () => Promise<unknown>;
}) => Promise<void> | void;

/**
 * Asks for the first thumbnail of a new picture, of nearly its own size, which takes more memory than a child has.
 * Resolves to the code of the failure and to what is known afterwards.
 */
async function askForTooMuch(meanwhile: Meanwhile) {
  const folder = createTemporaryFolder();
  const log = captureLog();
  const stores = openSqliteStores({ path: join(folder, "media.db"), log });
  const blobs = openFilesystemBlobs({ mediaStorePath: join(folder, "media"), uploadsFolder: join(folder, "up"), log });
  const pool = new ThumbnailPool(log, { maxChildren: 1, maxWaitingUrgent: 1 });
  onTestFinished(async () => {
    await pool.close();
    await stores.close();
    await blobs.close();
  });
  const sha256 = createHash("sha256").update(body).digest("hex");
  const media = {
    mediaId: "picture",
    mediaType: "image/webp",
    mediaLength: body.length,
    sha256,
    userId: "@alice:example.org",
  };
  await storeBlob(blobs, media.mediaId, body);
  await stores.media.insert(newMedia(media));
  let leave: (() => void) | undefined;
  let isFirst = true;
  const thumbnailer: Thumbnailer = {
    decoder: pool.decoder,
    waiting: 0,
    hurry: (path) => pool.hurry(path),
    close: () => pool.close(),
    async run(job, options) {
      try {
        return await pool.run(job, options);
      } catch (error) {
        const again = () => pool.run(job, options);
        if (isFirst) await meanwhile({ leave: () => leave?.(), pool, again });
        isFirst = false;
        throw error;
      }
    },
  };
  const jobs = new ThumbnailJobs();
  const outcomes: string[] = [];
  const parts: MakingParts = {
    clock: SYSTEM_CLOCK,
    stores,
    blobs,
    jobs,
    thumbnailer,
    settings: { sizes: [CROP], dynamic: false, maxPixels: 2 ** 25 },
    providers: undefined,
    restorer: undefined,
    log,
    onJob: (outcome) => outcomes.push(outcome),
  };
  const wish = { kind: "asked", ...SIDES, method: "scale", animated: false } as const;
  const job = jobs.begin(sha256, (own) => makeThumbnails({ media, wish, chain: NO_MODULES }, own, parts));
  leave = job.join({ urgent: true });
  const failure = await job.ended.then(
    () => undefined,
    (error: { code: string }) => error.code,
  );
  const { facts, thumbnails } = await stores.thumbnails.look(media.mediaId, sha256);
  return { failure, facts, outcomes, widths: thumbnails.map(({ width }) => width) };
}

test("The usual thumbnails are made where the first one is too much, also after its client has left", async () => {
  const { failure, facts, outcomes, widths } = await askForTooMuch(({ leave }) => leave());
  expect(outcomes).toEqual(["MEMORY", "made"]);
  expect([failure, facts?.failure, facts?.picture, widths]).toEqual([
    undefined,
    "MEMORY",
    { ...SIDES, frames: 1 },
    [96],
  ]);
});

test.each<[string, string, Meanwhile]>([
  [
    "too many wait",
    "BUSY",
    async ({ again, pool }) => {
      const atWork = again().catch(() => undefined);
      while (pool.waiting > 0) await setImmediate();
      const waiting = again().catch(() => undefined);
      onTestFinished(async () => void (await Promise.all([atWork, waiting, pool.close()])));
    },
  ],
  ["the service stops", "UNAVAILABLE", ({ pool }) => void pool.close()],
])("Nothing is remembered of a picture whose usual thumbnails cannot be tried: %s", async (_why, code, meanwhile) => {
  const { failure, facts, outcomes } = await askForTooMuch(meanwhile);
  expect(outcomes).toEqual(["MEMORY", code]);
  expect([failure, facts]).toEqual([code, undefined]);
});
