/**
 * How much of a file is in memory at once, twice: one piece is read while the other is written. Larger pieces fall out
 * of a processor's cache in between.
 */
const PIECE_BYTES = 256 * 1024;
/** Pieces that are kept for reuse: as many as a busy moment needs. */
const MAX_KEPT = 32;

const kept: Buffer[] = [];

/**
 * A buffer that still has old content: fresh memory for each file would cost the most in garbage collection. Return it
 * by {@link givePiece}, unless other code may still hold it: then leave it to the garbage collector.
 */
export function takePiece(): Buffer {
  return kept.pop() ?? Buffer.allocUnsafeSlow(PIECE_BYTES);
}

/** Takes back a buffer that is neither read nor written any more. */
export function givePiece(piece: Buffer): void {
  if (kept.length < MAX_KEPT) kept.push(piece);
}
