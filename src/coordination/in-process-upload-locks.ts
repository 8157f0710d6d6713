import type { UploadLocks } from "../media/upload/upload-locks.ts";

/** Claims of media ids within this process. */
export class InProcessUploadLocks implements UploadLocks {
  readonly #claimed = new Set<string>();
  readonly #opened = Promise.withResolvers<void>();

  /** Lets claims be made: what an earlier process left of its uploads is cleared, and no such file is in the way any more. */
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
