/**
 * Users with an upload that Synapse may have stored, where even that could not be written to the database. Their sums
 * may lack the upload, whichever instance reads them, until their usage is read from Synapse again. Times are
 * milliseconds since the epoch. No method rejects. (If the process ends before, the note of the upload tells the next
 * one.)
 */
export interface UnrecordedDoubts {
  add(userId: string, doubtedTs: number): Promise<void>;
  has(userId: string): Promise<boolean>;
  /**
   * Usage was read that includes everything uploaded before `settledTs`: earlier doubts about the user are resolved.
   */
  resolve(userId: string, settledTs: number): Promise<void>;
}
