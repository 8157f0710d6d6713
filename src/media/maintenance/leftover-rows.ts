import type { StoredMedia } from "../../media-file.ts";

/**
 * Rows that are of no use any more, in pieces that keep a turn of the event loop short. Times are milliseconds since the
 * epoch.
 */
export interface LeftoverRows {
  /** How many ids without content were created before a time. */
  countUnusedIds(createdBeforeTs: number): Promise<number>;
  /** Removes at most `limit` of them; resolves to how many. */
  removeUnusedIds(createdBeforeTs: number, limit: number): Promise<number>;
  /**
   * Thumbnails of media that was last read before a time, or was never read and was created before it: of the next
   * `limit` media that have thumbnails after a media id.
   */
  oldThumbnails(usedBeforeTs: number, afterId: string, limit: number): Promise<LeftoverPiece<StoredMedia>>;
  /**
   * Removes the row of a thumbnail, and its copies that storage providers have still to get, unless its media was read
   * since. False where nothing was removed.
   */
  removeThumbnail(thumbnail: StoredMedia, usedBeforeTs: number): Promise<boolean>;
  /**
   * The contents of pictures that no media has any more, and of those whose decoding failed before a time for a reason
   * that passes: among the next `limit` contents after one of them.
   */
  stalePictures(failedBeforeTs: number, afterContent: string, limit: number): Promise<LeftoverPiece<string>>;
  /** Forgets what is known of pictures. */
  removePictures(contents: readonly string[]): Promise<void>;
}

/** A piece of a list, and where the next one begins. */
export interface LeftoverPiece<Item> {
  readonly items: readonly Item[];
  /** The last key that was looked at; undefined at the end of the list. */
  readonly lastKey: string | undefined;
}
