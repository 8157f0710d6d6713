/** Media that another server keeps and that counts against a user's limits. Times are milliseconds since the epoch. */
export interface UpstreamMedia {
  readonly mediaId: string;
  readonly userId: string;
  readonly mediaLength: number;
  readonly uploadedTs: number;
  /** Lower-case hex; null where the bytes did not pass through this service. */
  readonly sha256: string | null;
}

/** An id that Synapse made for a user to upload to. */
export interface CreatedId {
  readonly userId: string;
  readonly expiresTs: number;
  /** Whether an upload to it has passed through this service. */
  readonly isUploaded: boolean;
}

/** What is known about a user's uploads: everything later than `sinceTs`, as of `readTs`. */
export interface KnownUsage {
  readonly sinceTs: number;
  readonly readTs: number;
}

/**
 * What this service remembers about uploads that it passed on to a Synapse. Before a body is sent, a note says that its
 * user has uploads under way. If the process ends before the upload does, the note becomes a doubt: the user's usage is
 * then unknown until it has been read from Synapse again. `storage/` implements it.
 */
export interface GuardRecords {
  /** Resolves once it is committed that uploads of this user are about to be sent. */
  begin(noteId: string, userId: string, startedTs: number): Promise<void>;
  /**
   * Synapse stored an upload: it counts from now on, once, whatever is read from Synapse later. Where this rejects, see
   * `UnrecordedDoubts`.
   */
  settle(media: UpstreamMedia): Promise<void>;
  /** The uploads that these notes cover have ended with a known outcome. */
  forget(noteIds: readonly string[]): Promise<void>;
  /**
   * It is unknown whether an upload of this user was stored; it gets a note of its own. Where this rejects, see
   * `UnrecordedDoubts`.
   */
  doubt(noteId: string, userId: string, doubtedTs: number): Promise<void>;
  /** At start: turns every note that an earlier process left into a doubt. Resolves to their number. */
  doubtAll(doubtedTs: number): Promise<number>;
  /** Synapse has made an id. Expired ones are forgotten. */
  addCreated(mediaId: string, userId: string, expiresTs: number): Promise<void>;
  /** An id that was made through this service; undefined where it was not, or has long expired. */
  created(mediaId: string): Promise<CreatedId | undefined>;
  /** Whether everything that the user uploaded later than `sinceTs` is recorded here. */
  isKnown(userId: string, sinceTs: number): Promise<boolean>;
  /** What was last read for exactly this user. */
  lastRead(userId: string): Promise<KnownUsage | undefined>;
  /** Adds what was found; media that is recorded already is left unchanged. */
  addMedia(media: readonly UpstreamMedia[]): Promise<void>;
  /** Everything that the user uploaded in this span has been added. This resolves doubts from before `settledTs`. */
  markRead(userId: string, usage: KnownUsage, settledTs: number): Promise<void>;
  /** When the most recent unfinished import began. */
  unfinishedImport(): Promise<number | undefined>;
  startImport(startedTs: number): Promise<void>;
  /** From now on, users without a row of their own are known to have uploaded nothing before the import. */
  finishImport(startedTs: number): Promise<void>;
}
