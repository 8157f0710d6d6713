import { matrixError } from "../errors.ts";
import type { BlobReader, BlobStore } from "./blobs.ts";
import { isMediaId } from "./media-id.ts";
import type { LocalMedia, MediaMetadata } from "./metadata.ts";

/** A request for media, by whatever route. */
export interface DownloadRequest {
  readonly serverName: string;
  readonly mediaId: string;
  /** By a route that asks for no token: closed for media stored under `enable_authenticated_media`. */
  readonly legacy: boolean;
}

export interface DownloadParts {
  readonly serverName: string;
  readonly metadata: MediaMetadata;
  readonly blobs: BlobStore;
}

/** The row of media that may be served; throws `M_NOT_FOUND` where there is none, or it is quarantined or frozen. */
export async function findMedia(request: DownloadRequest, parts: DownloadParts): Promise<LocalMedia> {
  if (request.serverName !== parts.serverName || !isMediaId(request.mediaId)) throw matrixError("NOT_FOUND");
  const media = await parts.metadata.localMedia(request.mediaId);
  if (media === undefined || media.quarantinedBy !== null || (request.legacy && media.authenticated)) {
    throw matrixError("NOT_FOUND");
  }
  return media;
}

/** The opened file of media; throws `M_NOT_FOUND` where it is gone from disk. */
export async function openMedia(media: LocalMedia, parts: DownloadParts): Promise<BlobReader> {
  const reader = await parts.blobs.open(media.mediaId);
  if (reader === undefined) throw matrixError("NOT_FOUND");
  return reader;
}
