/** Something that is not as it should be. */
export interface Finding {
  readonly kind: FindingKind;
  readonly mediaId: string;
  /** What was expected, and what is there; nothing of the content. */
  readonly detail: string;
}

/** What can be wrong: with a row, and with a file without a row. */
export type FindingKind =
  | "file-missing"
  | "file-unreadable"
  | "size-differs"
  | "hash-differs"
  | "usage-differs"
  | "file-without-row"
  | "file-unknown";

/** A row with content, and what else the database says about its media. */
export interface AuditedRow {
  readonly mediaId: string;
  readonly mediaLength: number;
  /** Null for rows that have none. */
  readonly sha256: string | null;
  /** What it counts against its user's limits; null where it does not count. */
  readonly countedBytes: number | null;
  /** Storage providers that are still to get the file. */
  readonly waitingProviders: number;
}

/** What the database knows of a media id. */
export type Knowledge =
  /** A row with content. */
  | "stored"
  /** It is being deleted: what is left of it is still to be removed. */
  | "deleted"
  /** It was an upload of this database, or an id for one; it has no content now. */
  | "known"
  /** The database does not know the id. */
  | "unknown";

/** Rows, as they are now: others may write at the same time. */
export interface AuditRows {
  count(): Promise<number>;
  /** All rows with content, in pieces. */
  pages(): AsyncIterable<readonly AuditedRow[]>;
  /** A row with content, as it is now. */
  find(mediaId: string): Promise<AuditedRow | undefined>;
  knows(mediaId: string): Promise<Knowledge>;
}

/** The state of a file. */
export type FileState =
  | { readonly is: "missing" }
  | { readonly is: "unreadable"; readonly reason: string }
  | { readonly is: "there"; readonly sizeBytes: number; readonly sha256: string | null };

/** Files, as they are now. */
export interface AuditFiles {
  /** Hashes a file whose size is `expectedBytes`; a file of another size is not read. */
  inspect(mediaId: string, expectedBytes: number): Promise<FileState>;
  /** The ids of all files in the layout of media. */
  mediaIds(): AsyncIterable<string>;
  exists(mediaId: string): Promise<boolean>;
  /** Whether an upload to the id is under way, or waits for the next start to end it. */
  isUnderWay(mediaId: string): Promise<boolean>;
  /** Moves a file into `lost+found`; returns its new path. */
  setAside(mediaId: string): Promise<string>;
}

export interface Progress {
  readonly rows: number;
  readonly rowsDone: number;
  readonly bytesDone: number;
  readonly filesSeen: number;
}

export interface VerificationOptions {
  readonly rows: AuditRows;
  readonly files: AuditFiles;
  /** How many storage providers keep local media. */
  readonly providers: number;
  readonly onFinding: (finding: Finding) => void;
  readonly onProgress: (progress: Progress) => void;
}

/** What a verification came to. */
export interface Verified extends Progress {
  readonly findings: number;
  /** Media whose file is not here, and may be with a storage provider. */
  readonly elsewhere: number;
  readonly underWay: number;
}
