/** Tells that the client that waits has gone; answers how to stop listening. */
export type OnAbort = (gone: () => void) => () => void;

/**
 * Downloads that wait for uploads to media ids that were created already. They are woken, whichever instance takes the upload in;
 * none of them looks again and again.
 */
export interface UploadWaiters {
  /**
   * Begins to listen for the upload to an id. Look at the row after this call and before {@link UploadWait.until}: what is
   * committed in between is not missed. End the wait in every case.
   */
  begin(mediaId: string): UploadWait;

  /** The upload to an id is committed: all that wait for it continue. */
  wake(mediaId: string): void;

  /** Ends every wait of this instance; from here on none begins. */
  close(): void;
}

/** The wait of one download. */
export interface UploadWait {
  /** Resolves when the upload is committed, the service stops, or so many milliseconds are over. */
  until(timeoutMs: number, whenGone: OnAbort): Promise<void>;

  /** Forgets the wait. */
  end(): void;
}
