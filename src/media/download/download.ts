import { matrixError } from "../../errors.ts";
import { localFile } from "../../media-file.ts";
import type { AccessTimes } from "./access-times.ts";
import { awaitUpload, isHidden, type AwaitParts, type AwaitRequest } from "./awaited-upload.ts";
import type { BlobReader, BlobStore } from "../blobs.ts";
import { isMediaId } from "../media-id.ts";
import type { LocalMedia } from "../media-rows.ts";
import type { MediaRestorer } from "../copies/restorer.ts";

/** A request for media, by whatever route. */
export interface DownloadRequest extends AwaitRequest {
  readonly serverName: string;
}

export interface DownloadParts extends AwaitParts {
  readonly serverName: string;
  readonly blobs: BlobStore;
  readonly accessTimes: AccessTimes;
  readonly restorer: MediaRestorer | undefined;
}

/**
 * The row of media that may be served, once it is uploaded; counts as an access. Throws `M_NOT_FOUND` where there is
 * none, or the media is quarantined or frozen, and `M_NOT_YET_UPLOADED` where the upload does not come in time.
 */
export async function findMedia(request: DownloadRequest, parts: DownloadParts): Promise<LocalMedia> {
  if (request.serverName !== parts.serverName || !isMediaId(request.mediaId)) throw matrixError("NOT_FOUND");
  const media = (await parts.stores.media.find(request.mediaId)) ?? (await awaitUpload(request, parts));
  if (media === undefined || isHidden(media, request, parts)) throw matrixError("NOT_FOUND");
  parts.accessTimes.mark(media.mediaId);
  return media;
}

/**
 * The open file of media that was found for a request; throws `M_NOT_FOUND` where it is gone from disk and no storage
 * provider has it.
 */
export async function openMedia(
  media: LocalMedia,
  request: DownloadRequest,
  parts: DownloadParts,
): Promise<BlobReader> {
  const onDisk = await parts.blobs.open(localFile(media.mediaId));
  if (onDisk !== undefined) return onDisk;
  const restored = await parts.restorer?.open(media);
  const reader = restored && (await ifShown(restored, request, parts));
  if (reader === undefined) throw matrixError("NOT_FOUND");
  return reader;
}

/**
 * A file that a storage provider gave back, undefined where its media may not be served any more: a provider may take
 * minutes, and the media may have been quarantined meanwhile.
 */
export async function ifShown(
  restored: BlobReader,
  request: DownloadRequest,
  parts: DownloadParts,
): Promise<BlobReader | undefined> {
  const media = await parts.stores.media.find(request.mediaId);
  if (media !== undefined && !isHidden(media, request, parts)) return restored;
  await restored.close();
  return undefined;
}
