import { MatrixError } from "../../errors.ts";
import { backoff } from "../../util/concurrency/backoff.ts";
import { ThumbnailFailure } from "./thumbnailer.ts";

const FIRST_MS = 60_000;
const LAST_MS = 24 * 60 * 60 * 1000;
/** Beyond so many media, the one that failed longest ago is tried again. */
const MAX_MEDIA = 10_000;

interface Setback {
  readonly failures: number;
  readonly untilTs: number;
}

/**
 * Media whose thumbnails failed by circumstances: a starved machine, a child that was ended from outside, a full disk.
 * They say nothing of the picture, so nothing is written down, and other media with the same bytes is tried all the
 * same; but each attempt may cost a decoding, so the next ones come later and later.
 */
export class Setbacks {
  readonly #byMedia = new Map<string, Setback>();

  /** Whether the thumbnails of media are not to be tried yet. */
  holds(mediaId: string, nowTs: number): boolean {
    const waitMs = (this.#byMedia.get(mediaId)?.untilTs ?? 0) - nowTs;
    // The clock may have been put back.
    return waitMs > 0 && waitMs <= LAST_MS;
  }

  /** A request has failed. Remembers it where that was by circumstances, and of an attempt: not of media that is held. */
  note(mediaId: string, error: unknown, nowTs: number): void {
    if (!isCircumstance(error) || this.holds(mediaId, nowTs)) return;
    const failures = (this.#byMedia.get(mediaId)?.failures ?? 0) + 1;
    const waitMs = backoff(failures, { firstMs: FIRST_MS, lastMs: LAST_MS, jitter: 0 });
    this.#byMedia.delete(mediaId);
    this.#byMedia.set(mediaId, { failures, untilTs: nowTs + waitMs });
    const [oldest = mediaId] = this.#byMedia.keys();
    if (this.#byMedia.size > MAX_MEDIA) this.#byMedia.delete(oldest);
  }

  /** An attempt has succeeded. */
  forget(mediaId: string): void {
    this.#byMedia.delete(mediaId);
  }
}

function isCircumstance(error: unknown): boolean {
  if (error instanceof ThumbnailFailure) return error.code === "DISTURBED";
  return MatrixError.is(error) && error.code === "STORE_FAILED";
}
