/** How much of a file is in memory at once, twice: one piece being read while the other is written. */
export const PIECE_BYTES = 256 * 1024;
/** Buffers kept for later: as many as a busy moment needs, 8 MiB at most. */
const KEPT = 32;

const kept: Buffer[] = [];

/** A buffer of {@link PIECE_BYTES}, its content left over. Fresh memory for each file is what collecting garbage costs most on. */
export function takePiece(): Buffer {
  return kept.pop() ?? Buffer.allocUnsafeSlow(PIECE_BYTES);
}

/** Gives a buffer back that nobody reads or writes any more. */
export function givePiece(piece: Buffer): void {
  if (kept.length < KEPT) kept.push(piece);
}
