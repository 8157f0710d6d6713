/** Which media ids are being uploaded to in this process: one upload to an id at a time. */
export class UploadLocks {
  readonly #claimed = new Set<string>();
  readonly #opened = Promise.withResolvers<void>();

  /** Lets claims be made: what an earlier process left of its uploads is cleared, and no such file is in the way any more. */
  open(): void {
    this.#opened.resolve();
  }

  /** Whether the id is the caller's now, who releases it then; false where another upload has it. */
  async claim(mediaId: string): Promise<boolean> {
    await this.#opened.promise;
    if (this.#claimed.has(mediaId)) return false;
    this.#claimed.add(mediaId);
    return true;
  }

  release(mediaId: string): void {
    this.#claimed.delete(mediaId);
  }
}
