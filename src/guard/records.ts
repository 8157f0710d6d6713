/** Media that another server keeps and that counts against a user's limits. Times are milliseconds since the epoch. */
export interface UpstreamMedia {
  readonly mediaId: string;
  readonly userId: string;
  readonly mediaLength: number;
  readonly uploadedTs: number;
  /** Lower-case hex; null where the bytes did not pass through this service. */
  readonly sha256: string | null;
}

/** An id that Synapse made for a user, to be uploaded to. */
export interface CreatedId {
  readonly userId: string;
  readonly expiresTs: number;
  /** Whether an upload to it has passed through this service. */
  readonly isUploaded: boolean;
}

/** What is known of what a user uploaded: everything later than `sinceTs`, as it stood at `readTs`. */
export interface KnownUsage {
  readonly sinceTs: number;
  readonly readTs: number;
}

/**
 * What this service remembers of uploads that it handed on to a Synapse. Before a body is sent a note stands that its user has
 * uploads under way, so that one whose end nobody saw leaves a doubt behind: from then on the user's usage is not known any
 * more, until it has been read from Synapse again. `storage/` implements it.
 */
export interface GuardRecords {
  /** Resolves once it is committed that uploads of this user are about to be sent. */
  begin(noteId: string, userId: string, startedTs: number): Promise<void>;
  /** An upload was stored: it counts from now on, once, whatever is read from Synapse later. Where this rejects, see `UnrecordedDoubts`. */
  settle(media: UpstreamMedia): Promise<void>;
  /** The uploads that these notes stood for have ended, and how is known. */
  forget(noteIds: readonly string[]): Promise<void>;
  /** It is not known whether an upload of this user was stored: a note of its own. Where this rejects, see `UnrecordedDoubts`. */
  doubt(noteId: string, userId: string, doubtedTs: number): Promise<void>;
  /** At start: turns every note that an earlier process left into a doubt. Resolves to how many. */
  doubtAll(doubtedTs: number): Promise<number>;
  /** Synapse has made an id. Those that have expired are forgotten. */
  addCreated(mediaId: string, userId: string, expiresTs: number): Promise<void>;
  /** An id that was made through this service, undefined where it was not, or has long expired. */
  created(mediaId: string): Promise<CreatedId | undefined>;
  /** Whether everything that the user uploaded later than `sinceTs` is recorded here. */
  isKnown(userId: string, sinceTs: number): Promise<boolean>;
  /** What was last read for exactly this user. */
  lastRead(userId: string): Promise<KnownUsage | undefined>;
  /** Adds what was found; media that is recorded already is left as it is. */
  addMedia(media: readonly UpstreamMedia[]): Promise<void>;
  /** Everything of the user in this span has been added. Doubts from before `settledTs` are resolved by it. */
  markRead(userId: string, usage: KnownUsage, settledTs: number): Promise<void>;
  /** The start of the import that was begun last and has not been finished. */
  unfinishedImport(): Promise<number | undefined>;
  startImport(startedTs: number): Promise<void>;
  /** From here on users who are not known by name are known to have uploaded nothing before the import. */
  finishImport(startedTs: number): Promise<void>;
}
