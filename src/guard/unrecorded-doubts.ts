/**
 * Users with an upload of which it is not known whether Synapse stored it, where the database could not be told. Their
 * sums may lack it, whichever instance reads them, until their usage is read from Synapse again. Times are milliseconds
 * since the epoch. No method rejects. (Where a process ends before, the note of the upload tells the next one.)
 */
export interface UnrecordedDoubts {
  add(userId: string, doubtedTs: number): Promise<void>;
  has(userId: string): Promise<boolean>;
  /** Usage was read that has in it whatever was uploaded before `settledTs`: earlier doubts of the user are over. */
  resolve(userId: string, settledTs: number): Promise<void>;
}
