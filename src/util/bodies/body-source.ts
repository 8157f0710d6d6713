/** The body of a request, before it is read. */
export interface BodySource {
  /**
   * Passes every piece to `sink`, in order, and waits for what it returns. Nothing is read from the client, and no `100
   * Continue` is sent, before this is called. Rejects with a MatrixError where the body is cut short or stalls, and
   * with whatever `sink` throws.
   *
   * @param isAwaited whether others wait for the result of reading the body: one that arrives in drops counts as
   * stalled then
   */
  read(sink: (chunk: Buffer) => Promise<void> | void, isAwaited?: boolean): Promise<void>;
}
