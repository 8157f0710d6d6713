import { createHash, hash, type Hash } from "node:crypto";

/** The SHA-256 of a body, in hexadecimal, while it arrives. A body of one piece is hashed by one call, which costs half. */
export class ContentHash {
  readonly #declaredBytes: number | undefined;
  #pieces: Hash | undefined;
  #whole: string | undefined;

  /** @param declaredBytes the length of the body, where it is known */
  constructor(declaredBytes: number | undefined) {
    this.#declaredBytes = declaredBytes;
  }

  /** Adds the next piece, which may be changed afterwards. A body must not become longer than it was declared. */
  add(piece: Buffer): void {
    if (piece.length === this.#declaredBytes) this.#whole = hash("sha256", piece, "hex");
    else (this.#pieces ??= createHash("sha256")).update(piece);
  }

  /** Call this once, at the end. */
  digest(): string {
    return this.#whole ?? (this.#pieces ?? createHash("sha256")).digest("hex");
  }
}
