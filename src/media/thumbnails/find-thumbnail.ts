import type { Chain } from "../../callbacks/chain.ts";
import { matrixError } from "../../errors.ts";
import type { BlobReader } from "../blobs.ts";
import { findMedia, ifShown, type DownloadParts, type DownloadRequest } from "../download/download.ts";
import type { OnAbort } from "../download/upload-waiters.ts";
import type { LocalMedia } from "../media-rows.ts";
import { chooseNearest, chooseStored } from "./choice.ts";
import { isPictureType } from "./picture-types.ts";
import { failureError, findFailure, isRemembered } from "./lasting-failures.ts";
import { contentOf, makeThumbnails, type MakingParts } from "./make-thumbnails.ts";
import { thumbnailFile } from "./thumbnail-file.ts";
import type { ThumbnailJob } from "./thumbnail-jobs.ts";
import type { StoredThumbnail, ThumbnailLook } from "./thumbnail-rows.ts";
import { ThumbnailFailure, type AskedThumbnail, type ThumbnailWish } from "./thumbnailer.ts";
import { waitWithin } from "./wait-within.ts";

/** A request for a thumbnail of media, by whatever route. */
export interface ThumbnailRequest extends DownloadRequest {
  readonly asked: AskedThumbnail;
}

export interface ThumbnailParts {
  readonly download: DownloadParts;
  readonly making: MakingParts;
  /** Who is asked about a thumbnail that is made on demand. */
  readonly chain: Chain;
}

/** A thumbnail that is served. The caller closes the reader. */
export interface FoundThumbnail {
  readonly media: LocalMedia;
  readonly thumbnail: StoredThumbnail;
  readonly reader: BlobReader;
}

/**
 * The thumbnail that answers a request, made where it does not exist. Counts as an access to its media. Throws as
 * `findMedia` does, and `NOT_THUMBNAILABLE` or `PICTURE_TOO_LARGE` where the media has no thumbnails, `NOT_FOUND` where
 * a spam check refuses it, `THUMBNAILS_BUSY` where it is not made in time.
 */
export async function findThumbnail(request: ThumbnailRequest, parts: ThumbnailParts): Promise<FoundThumbnail> {
  const untilMs = performance.now() + request.timeoutMs;
  for (let isMade = false; ;) {
    // Each time: it may have been quarantined or deleted while its thumbnail was made.
    const media = await findMedia(request, parts.download);
    if (!isPictureType(media.mediaType)) throw matrixError("NOT_THUMBNAILABLE");
    const content = contentOf(media);
    const look = await parts.making.stores.thumbnails.look(media.mediaId, content);
    const { thumbnail, wish } = choose(request.asked, look, parts.making);
    const reader = thumbnail && (await openThumbnail(request, thumbnail, parts.download));
    if (thumbnail !== undefined && reader !== undefined) return { media, thumbnail, reader };
    if (isMade) throw matrixError("NOT_FOUND");
    const purpose = JSON.stringify([media.mediaId, wish]);
    const underWay = parts.making.jobs.find(content);
    if (underWay !== undefined) {
      // What it makes may be what is wanted. Its failure is this request's where it makes the same: otherwise each of
      // those that wait would have the picture decoded, and a spam check asked, once more.
      const isSame = underWay.purpose === purpose && !underWay.signal.aborted;
      await waitFor(underWay, untilMs, request.whenGone).catch(isSame ? leaveToTheNextLook : ignoreFailureOfOther);
      continue;
    }
    const task = { media, wish, chain: parts.chain };
    const own = parts.making.jobs.begin(content, (job) => makeThumbnails(task, job, parts.making), purpose);
    await waitFor(own, untilMs, request.whenGone).catch(leaveToTheNextLook);
    isMade = true;
  }
}

/** What answers a request. */
interface Choice {
  /** The stored thumbnail to serve; undefined where one is to be made. */
  readonly thumbnail: StoredThumbnail | undefined;
  /** What is to be made where it is missing, or its file is. */
  readonly wish: ThumbnailWish;
}

/** Throws where no thumbnail can be made. */
function choose(asked: AskedThumbnail, { facts, thumbnails }: ThumbnailLook, parts: MakingParts): Choice {
  const { settings, thumbnailer, clock } = parts;
  const conditions = { decoder: thumbnailer.decoder, maxPixels: settings.maxPixels };
  const failure = findFailure(facts, conditions, clock.now());
  const { picture } = facts ?? {};
  // Of a known picture, what failed may be its animation alone, or a thumbnail that is too large.
  const shown = picture && (failure === undefined ? picture : { ...picture, frames: 1 });
  const stored = shown && chooseStored(asked, shown, thumbnails, settings);
  const wish = { kind: "asked", ...asked } as const;
  if (stored !== undefined || failure === undefined) return { thumbnail: stored, wish };
  const nearest = chooseNearest({ ...asked, animated: false }, thumbnails);
  if (nearest !== undefined) return { thumbnail: nearest, wish };
  // What failed was made of other media with the same bytes.
  if (shown === undefined || settings.sizes.length === 0) throw failureError(failure);
  return { thumbnail: undefined, wish: { kind: "premade" } };
}

/** Undefined where the file is gone, or is not the one of the row: it is made again then. */
async function openThumbnail(
  request: ThumbnailRequest,
  thumbnail: StoredThumbnail,
  parts: DownloadParts,
): Promise<BlobReader | undefined> {
  const file = thumbnailFile(request.mediaId, thumbnail);
  const { lengthBytes } = thumbnail;
  const reader = await parts.blobs.open(file);
  if (reader !== undefined) {
    if (lengthBytes === 0 || reader.size === lengthBytes) return reader;
    await reader.close();
  } else if (lengthBytes > 0) {
    const restored = await parts.restorer?.openFile({ file, lengthBytes, sha256: null }).catch(() => undefined);
    return restored && ifShown(restored, request, parts);
  }
  return undefined;
}

/** Waits for a job as the client that asks; throws `THUMBNAILS_BUSY` where that takes too long. */
async function waitFor(job: ThumbnailJob, untilMs: number, whenGone: OnAbort): Promise<void> {
  const leave = job.join({ urgent: true });
  try {
    if (!(await waitWithin(job.ended, Math.max(0, untilMs - performance.now()), whenGone)))
      throw matrixError("THUMBNAILS_BUSY");
  } finally {
    leave();
  }
}

function ignoreFailureOfOther(error: unknown): void {
  if ((error as { code?: unknown }).code === "THUMBNAILS_BUSY") throw error;
}

/** A failure that is remembered is met again by the next look, which may find another thumbnail to serve. */
function leaveToTheNextLook(error: unknown): void {
  if (!(error instanceof ThumbnailFailure)) throw error;
  if (!isRemembered(error.code)) throw failureError(error.code, error);
}
