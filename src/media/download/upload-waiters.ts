/** Calls back when the waiting client has left; returns a function that stops listening. */
export type OnAbort = (gone: () => void) => () => void;

/**
 * Downloads that wait for uploads to media ids that exist already. They are woken, whichever instance takes the upload;
 * none of them polls.
 */
export interface UploadWaiters {
  /**
   * Begins to listen for the upload to an id. Look at the row after this call and before {@link UploadWait.until}, so
   * that a commit in between is not missed. End the wait in every case.
   */
  begin(mediaId: string): UploadWait;

  /** The upload to an id is committed: every download that waits for it continues. */
  wake(mediaId: string): void;

  /** Ends every wait of this instance. No new one can begin. */
  close(): void;
}

/** The wait of one download. */
export interface UploadWait {
  /** Resolves when the upload is committed, the service stops, or this many milliseconds are over. */
  until(timeoutMs: number, whenGone: OnAbort): Promise<void>;

  /** Ends the wait. */
  end(): void;
}
