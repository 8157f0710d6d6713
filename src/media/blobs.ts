import type { Writable } from "node:stream";
import type { StoredMedia } from "../media-file.ts";

/**
 * One upload on its way to disk. The name of the temporary file carries the media id and doubles as the journal: while
 * it exists, the upload is not settled. At the next start, {@link BlobStore.recover} keeps the file if the row was
 * committed.
 */
export interface BlobWriter {
  /**
   * Takes the next piece. A returned promise is back-pressure: do not write again before it settles. The writer owns
   * `chunk` from this call on. A failure (disk full) rejects here or in `stage`; call `abort` then.
   */
  write(chunk: Buffer): Promise<void> | void;
  /** Ends the body. With `durability: full` the staged upload survives a power loss. Clients do not see it yet. */
  stage(): Promise<StagedUpload>;
  /**
   * Removes every trace of the upload, staged and published or not, at any point before it is settled. Never rejects.
   */
  abort(): Promise<void>;
}

/** Content that can be had as a local file, wherever it is kept: Python modules read files. */
export interface LocalContent {
  /**
   * The absolute path of a local file with the content. The path ends like that of a file in Synapse's media store,
   * because modules read the media id from it. The file exists until the upload is settled or aborted. A store without
   * local files makes one on demand.
   */
  localPath(): Promise<string>;
}

/**
 * A complete upload, while the service decides whether to keep it. It is either published and settled, or its writer is
 * aborted.
 */
export interface StagedUpload extends LocalContent {
  /**
   * Puts the content where media is read from. If the row is committed the file stays, whatever happens; otherwise
   * recovery removes it. Rejects where the id has a file already.
   */
  publish(): Promise<void>;
  /**
   * Call this once the row is committed. The temporary name is removed, at once or together with others. Never rejects;
   * the next start removes what is left.
   */
  settle(): Promise<void>;
}

/** An open file of the store. The caller must close it. */
export interface BlobReader {
  readonly size: number;
  /** Reads the bytes `start` … `start + length - 1` at once; for small pieces. */
  read(start: number, length: number): Promise<Buffer>;
  /**
   * Writes the bytes `start` … `end` (inclusive) to `destination` in large pieces, waits for it to drain, and does not
   * end it. Memory use does not depend on the size: buffers are reused once the destination's write callback has fired.
   * So the destination must be done with a piece by then, as sockets and responses are. Rejects when the file ends
   * early or the destination closes.
   */
  pipe(destination: Writable, start: number, end: number): Promise<void>;
  close(): Promise<void>;
}

/** A place for a file that is restored from a storage provider. Clients do not see the file before {@link publish}. */
export interface BlobSpool {
  /** Absolute; the caller writes the file there. */
  readonly path: string;
  /** Gives the file its final path. A file that is already there stays. Rejects where the disk fails. */
  publish(): Promise<void>;
  /** Gives up the place, published or not. Never rejects. */
  discard(): Promise<void>;
}

/** A file of a {@link BlobWorkshop} that was given its final path. */
export interface PlacedBlob extends LocalContent {
  readonly lengthBytes: number;
  /** Removes it again. Never rejects; what could not be removed is in the log. */
  takeBack(): Promise<void>;
}

/**
 * A folder of one job that makes files of others, such as thumbnails. Clients see none of them before {@link place}. What
 * is left in the folder goes with it; so does what an ended process left.
 */
export interface BlobWorkshop {
  /** Absolute; the caller writes files there. */
  readonly path: string;
  /**
   * The absolute path of a local file with the content of a stored file, for as long as the workshop is there; undefined
   * where the store does not have it.
   */
  localPath(file: StoredMedia): Promise<string | undefined>;
  /**
   * Takes the content of a stored file into the workshop, and answers where it is; undefined where it is gone, has
   * another length, or the store cannot have one content under two names.
   */
  adopt(file: StoredMedia, lengthBytes: number): Promise<string | undefined>;
  /**
   * Gives a regular file of the workshop, by its absolute path, its final path. It takes the place of a file that is
   * already there. Rejects where the disk fails, or the path leads elsewhere.
   */
  place(path: string, file: StoredMedia): Promise<PlacedBlob>;
  /** Gives up the folder. Never rejects. */
  discard(): Promise<void>;
}

/** Files of media. `storage/files` implements it; one contract suite runs over each implementation. */
export interface BlobStore {
  /**
   * Starts an upload of local media. Its temporary name doubles as the journal and carries the id. Rejects where the id
   * has a file already.
   */
  create(mediaId: string): BlobWriter;
  /** Opens a file of any kind; undefined where there is none. */
  open(file: StoredMedia): Promise<BlobReader | undefined>;
  /** A place for a file of any kind that is gone from disk. */
  spool(file: StoredMedia): Promise<BlobSpool>;
  /**
   * A folder for a job that makes files of local media. It doubles as the journal: where it was left by an earlier
   * process, and the media is not stored any more, {@link BlobStore.recover} removes what the job had placed.
   */
  workshop(mediaId: string): Promise<BlobWorkshop>;
  /**
   * Removes a file of any kind, and the folders that this leaves empty; does nothing where there is none. With
   * `durability: full` the file stays removed after a power loss. A reader that is open reads to the end. Rejects where
   * the disk fails.
   */
  remove(file: StoredMedia): Promise<void>;
  /** The thumbnails of media that are on disk, whether or not a row knows of them. Rejects where the disk fails. */
  thumbnailsOf(media: StoredMedia): Promise<readonly StoredMedia[]>;
  /**
   * The media ids of temporary names of our own pattern. Call it at start, before any upload, to find what an earlier
   * process left.
   */
  unsettled(): Promise<readonly string[]>;
  /**
   * Ends such uploads. If `isStored` says that the row was committed with its content, the file keeps its final name;
   * otherwise the file is removed. The temporary name is removed in both cases. Nothing else is touched, and uploads to
   * other ids may continue.
   */
  recover(
    mediaIds: readonly string[],
    isStored: (mediaId: string) => Promise<boolean>,
  ): Promise<{ kept: number; removed: number }>;
  /** Ends the work in the background. Never rejects. */
  close(): Promise<void>;
}
