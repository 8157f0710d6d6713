/** The media ids that are being uploaded to: one upload to an id at a time, whichever instance takes it. */
export interface UploadLocks {
  /**
   * Claims an id. True where it is the caller's now, who must release it; false where another upload has it. Waits
   * until the unfinished uploads of an earlier process are cleared.
   */
  claim(mediaId: string): Promise<boolean>;

  /** Releases an id that the caller claimed. */
  release(mediaId: string): void;
}
