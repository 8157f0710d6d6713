/**
 * How much of a file is in memory at once, twice: one piece being read while the other is written. More falls out of a
 * processor's cache in between.
 */
const PIECE_BYTES = 256 * 1024;
/** Pieces kept for later: as many as a busy moment needs. */
const MAX_KEPT = 32;

const kept: Buffer[] = [];

/**
 * A buffer with its content left over: fresh memory for each file is what collecting garbage costs most on. It goes
 * back by {@link givePiece}, unless other code may still hold it: then it is left to the garbage collector.
 */
export function takePiece(): Buffer {
  return kept.pop() ?? Buffer.allocUnsafeSlow(PIECE_BYTES);
}

/** Gives a buffer back that nobody reads or writes any more. */
export function givePiece(piece: Buffer): void {
  if (kept.length < MAX_KEPT) kept.push(piece);
}
