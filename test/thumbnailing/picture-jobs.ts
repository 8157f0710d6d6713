import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";
import { afterAll } from "vitest";
import type {
  AskedThumbnail,
  ThumbnailFailure,
  ThumbnailJob,
  ThumbnailMethod,
  ThumbnailResult,
  ThumbnailSize,
} from "../../src/media/thumbnails/thumbnailer.ts";
import { type PoolLimits, ThumbnailPool } from "../../src/thumbnailing/thumbnail-pool.ts";
import { captureLog, type CapturedLog } from "../support/captured-log.ts";

export const PICTURES = join(import.meta.dirname, "../fixtures/pictures");

/** The sizes that Synapse has by default. */
export const SIZES: readonly ThumbnailSize[] = [
  { width: 32, height: 32, method: "crop" },
  { width: 96, height: 96, method: "crop" },
  { width: 320, height: 240, method: "scale" },
  { width: 640, height: 480, method: "scale" },
  { width: 800, height: 600, method: "scale" },
];

const MAX_PIXELS = 32 * 1024 * 1024;

/** A pool of the tests of one file, with a folder for what it makes. Both are gone after the tests. */
export interface PictureJobs {
  readonly pool: ThumbnailPool;
  readonly log: CapturedLog;
  /** A job for a fixture, or a file with an absolute path. */
  jobOf(picture: string, changes?: Partial<ThumbnailJob>): ThumbnailJob;
  /** Runs such a job. */
  run(picture: string, changes?: Partial<ThumbnailJob>): Promise<ThumbnailResult>;
  /** The failure of such a job. */
  failureOf(picture: string, changes?: Partial<ThumbnailJob>): Promise<ThumbnailFailure>;
  /** A path in the folder. */
  pathOf(name: string): string;
}

export function usePictureJobs(limits: Partial<PoolLimits> = {}): PictureJobs {
  const folder = mkdtempSync(join(tmpdir(), "thumbnails-"));
  const log = captureLog();
  const pool = new ThumbnailPool(log, limits);
  afterAll(async () => {
    await pool.close();
    await rm(folder, { recursive: true });
  });
  const jobOf = (picture: string, changes: Partial<ThumbnailJob> = {}): ThumbnailJob => ({
    path: isAbsolute(picture) ? picture : join(PICTURES, picture),
    mediaType: typeOf(picture),
    maxPixels: MAX_PIXELS,
    wishes: [{ kind: "premade" }],
    sizes: SIZES,
    dynamic: false,
    folder: mkdtempSync(join(folder, "job-")),
    ...changes,
  });
  const run = (picture: string, changes?: Partial<ThumbnailJob>) => pool.run(jobOf(picture, changes), { urgent: true });
  return {
    pool,
    log,
    jobOf,
    run,
    failureOf: (picture, changes) =>
      run(picture, changes).then(
        () => {
          throw new Error(`${picture} has a thumbnail`);
        },
        (failure: ThumbnailFailure) => failure,
      ),
    pathOf: (name) => join(folder, name),
  };
}

/** A wish in short: `96x96 crop`, `320x240 scale animated`. */
export function ask(text: string): { readonly kind: "asked" } & AskedThumbnail {
  const [, width, height, method, animated] = /^(\d+)x(\d+) (crop|scale)( animated)?$/.exec(text) ?? [];
  return {
    kind: "asked",
    width: Number(width),
    height: Number(height),
    method: method as ThumbnailMethod,
    animated: animated !== undefined,
  };
}

/** The type that a client would declare by the name's ending. */
function typeOf(picture: string): string {
  const ending = picture.split(".").at(-1) ?? "";
  return `image/${ending === "jpg" ? "jpeg" : ending}`;
}
