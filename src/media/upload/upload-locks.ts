/** Which media ids are being uploaded to: one upload to an id at a time, whichever instance takes it in. */
export interface UploadLocks {
  /**
   * Whether the id is the caller's now, who releases it then; false where another upload has it. Waits until what an earlier
   * process left of its uploads is cleared.
   */
  claim(mediaId: string): Promise<boolean>;

  /** Gives up an id that the caller claimed. */
  release(mediaId: string): void;
}
