import type { Writable } from "node:stream";
import type { StoredMedia } from "../media-file.ts";

/**
 * One upload on its way to disk. The temporary file carries the media id and is the journal: while it exists, the upload
 * is not settled, and {@link BlobStore.recover} decides at the next start by the row whether the file stays.
 */
export interface BlobWriter {
  /**
   * Takes the next piece. A returned promise is back-pressure: do not write again before it settles. The writer owns
   * `chunk` from here on. A failure (disk full) rejects here or in `stage`; call `abort` then.
   */
  write(chunk: Buffer): Promise<void> | void;
  /** The whole body has arrived. What is staged outlives a loss of power, where the store is set so, and clients do not see it. */
  stage(): Promise<StagedUpload>;
  /** Removes every trace, at any point before the upload is settled, staged and published or not. Never rejects. */
  abort(): Promise<void>;
}

/** Content of which a local file can be had, wherever it is kept: Python modules read files. */
export interface LocalContent {
  /**
   * The absolute path of a local file with the content; its end is that of a file in Synapse's media store, where modules read
   * the id from. It is there until the upload is settled or aborted. A store without local files makes one when it is asked.
   */
  localPath(): Promise<string>;
}

/** A whole upload, while it is decided whether it stays. It is published and settled, or its writer is aborted. */
export interface StagedUpload extends LocalContent {
  /**
   * Puts the content where media is read from. With a row that is committed it is there from now on, whatever happens;
   * without one it goes. Rejects where the id has a file already.
   */
  publish(): Promise<void>;
  /** The row is committed: the temporary name may go, at once or with those of others. Never rejects; what is left is cleared at the next start. */
  settle(): Promise<void>;
}

/** An opened file of the store. Close it in every case. */
export interface BlobReader {
  readonly size: number;
  /** The bytes `start` … `start + length - 1` at once; for small pieces. */
  read(start: number, length: number): Promise<Buffer>;
  /**
   * Writes the bytes `start` … `end` (inclusive) to `destination` in large pieces, waiting for it to drain, without ending
   * it. Memory is flat whatever the size: buffers are used again once the destination's write callback has fired, so it
   * must be done with a piece by then, as sockets and responses are. Rejects when the file ends early or the destination closes.
   */
  pipe(destination: Writable, start: number, end: number): Promise<void>;
  close(): Promise<void>;
}

/** A place for a file that comes back from elsewhere. Nobody sees it before {@link publish}. */
export interface BlobSpool {
  /** Absolute; a file is to be written there. */
  readonly path: string;
  /** Gives the file its final path. One that is there already stays. Rejects where the disk fails. */
  publish(): Promise<void>;
  /** Forgets the place, published or not. Never rejects. */
  discard(): Promise<void>;
}

/** Files of media. Implementations: `storage/filesystem`, S3 next; one contract suite runs over each. */
export interface BlobStore {
  /**
   * The start of an upload of local media: its temporary name is the journal of these, and carries the id. Rejects where the id
   * has a file already.
   */
  create(mediaId: string): BlobWriter;
  /** Opens a file of any kind; undefined where there is none. */
  open(file: StoredMedia): Promise<BlobReader | undefined>;
  /** A place for a file of any kind that is gone from disk. */
  spool(file: StoredMedia): Promise<BlobSpool>;
  /** The media ids of temporary names of our own pattern: at start, before any upload, what an earlier process left. */
  unsettled(): Promise<readonly string[]>;
  /**
   * Ends such uploads: keeps the file, and its final name, when `isStored` says that the row was committed, content and all, and removes it
   * otherwise; the temporary name goes in both cases. Touches nothing else. Uploads to other ids may go on meanwhile.
   */
  recover(
    mediaIds: readonly string[],
    isStored: (mediaId: string) => Promise<boolean>,
  ): Promise<{ kept: number; removed: number }>;
  /** Ends what goes on in the background. Never rejects. */
  close(): Promise<void>;
}
