import type { UploadLocks } from "../media/upload/upload-locks.ts";

/** Claims of media ids within this process. */
export class InProcessUploadLocks implements UploadLocks {
  readonly #claimed = new Set<string>();
  readonly #opened = Promise.withResolvers<void>();

  /**
   * Allows claims: the uploads that an earlier process left unfinished are cleared, so none of their files is in the
   * way any more.
   */
  open(): void {
    this.#opened.resolve();
  }

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
