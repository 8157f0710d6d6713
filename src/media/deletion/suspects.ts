/** How often a child may end while a callback is told of one media alone. */
const MOST_ENDS = 5;

/**
 * Media of which a callback was being told when its Python child ended: any of them may have brought it down. From then
 * on the callback is told of each of them alone, so that what ends the child again is known, and only so often.
 */
export class Suspects {
  /** By callback and media, how often the child ended. */
  readonly #ends = new Map<string, Map<string, number>>();
  /** By callback, of how much media it is being told. */
  readonly #telling = new Map<string, number>();
  /** The callbacks that are being told of one of these media. */
  readonly #alone = new Set<string>();

  /** Whether a callback may be told of media now; {@link end} is to follow then. */
  begin(callback: string, mediaId: string): boolean {
    const telling = this.#telling.get(callback) ?? 0;
    const isSuspect = this.#ends.get(callback)?.has(mediaId) === true;
    if (this.#alone.has(callback) || (isSuspect && telling > 0)) return false;
    this.#telling.set(callback, telling + 1);
    if (isSuspect) this.#alone.add(callback);
    return true;
  }

  /** The telling is over. Returns whether the child has ended too often for the callback to be told again. */
  end(callback: string, mediaId: string, hasChildEnded: boolean): boolean {
    const telling = (this.#telling.get(callback) ?? 1) - 1;
    if (telling > 0) this.#telling.set(callback, telling);
    else this.#telling.delete(callback);
    // It was told of this media alone, or of others.
    this.#alone.delete(callback);
    if (!hasChildEnded) return false;
    const ends = this.#ends.get(callback) ?? new Map<string, number>();
    this.#ends.set(callback, ends);
    // The first time others may have been told as well.
    const alone = ends.has(mediaId) ? (ends.get(mediaId) ?? 0) + 1 : 0;
    ends.set(mediaId, alone);
    return alone >= MOST_ENDS;
  }

  /** Nothing more is told of this media. */
  forget(mediaId: string): void {
    for (const [callback, ends] of this.#ends) {
      ends.delete(mediaId);
      if (ends.size === 0) this.#ends.delete(callback);
    }
  }
}
