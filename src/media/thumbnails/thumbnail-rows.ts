import type { Picture, ThumbnailFailureCode, ThumbnailMethod } from "./thumbnailer.ts";

/** A row of `local_media_repository_thumbnails`: a thumbnail that is on disk, by the dimensions that it has. */
export interface StoredThumbnail {
  readonly width: number;
  readonly height: number;
  readonly method: ThumbnailMethod;
  /** `image/webp` marks one that moves, and no other. */
  readonly type: string;
  readonly lengthBytes: number;
}

/** A thumbnail of other media with the same bytes. */
export interface TwinThumbnail extends StoredThumbnail {
  readonly mediaId: string;
}

/** What is known of a picture: what it is, why something could not be made of it, or both. */
export interface PictureFacts {
  /** Undefined where its dimensions could not be read. */
  readonly picture: Picture | undefined;
  /**
   * Why no thumbnail can be made; of a known picture: why none could be made lately, of all thumbnails or of those that
   * move. `lasting-failures.ts` says for how long it holds.
   */
  readonly failure: ThumbnailFailureCode | undefined;
  /** What looked at it. */
  readonly decoder: string;
  /** When; milliseconds since the epoch. */
  readonly lookedTs: number;
}

/** What is known of the thumbnails of local media. */
export interface ThumbnailLook {
  /** Undefined where nothing has looked at the picture yet. */
  readonly facts: PictureFacts | undefined;
  readonly thumbnails: readonly StoredThumbnail[];
}

/** Thumbnails of local media. */
export interface ThumbnailRows {
  /** The thumbnails of media, and what is known of its content, in one read. */
  look(mediaId: string, content: string): Promise<ThumbnailLook>;
  /** The thumbnails of up to `limit` other media with the same SHA-256. */
  findTwins(sha256: string, mediaId: string, limit: number): Promise<readonly TwinThumbnail[]>;
  /**
   * Adds a thumbnail whose file is in place, or another length of one that is there, and the names of the storage
   * providers that are to get it, in one commit. False where the media does not exist any more: nothing is written then.
   */
  add(mediaId: string, thumbnail: StoredThumbnail, copyLater: readonly string[], nowTs: number): Promise<boolean>;
}

/** What is known of pictures, by their content. */
export interface PictureRows {
  /** Remembers what a decoder saw, in place of what was known. Resolves once committed. */
  learn(content: string, facts: PictureFacts): Promise<void>;
}
