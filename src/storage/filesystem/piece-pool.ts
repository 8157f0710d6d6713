/** How much of a file is in memory at once, twice: one piece being read while the other is written. */
const LARGE_BYTES = 1024 * 1024;
const SMALL_BYTES = 256 * 1024;
/** Large pieces in use at one time. Each costs a hand-over to a thread, so few large ones are cheaper; with many readers memory counts. */
const MAX_LARGE = 16;
/** Small pieces kept for later: as many as a busy moment needs. */
const MAX_KEPT_SMALL = 32;

const keptLarge: Buffer[] = [];
const keptSmall: Buffer[] = [];
let largeInUse = 0;

/**
 * A buffer with its content left over: 1 MiB while few files are read, 256 KiB while many are. Fresh memory for each file is
 * what collecting garbage costs most on. Every piece goes back by {@link givePiece} or {@link losePiece}.
 */
export function takePiece(): Buffer {
  if (largeInUse === MAX_LARGE) return keptSmall.pop() ?? Buffer.allocUnsafeSlow(SMALL_BYTES);
  largeInUse += 1;
  return keptLarge.pop() ?? Buffer.allocUnsafeSlow(LARGE_BYTES);
}

/** Gives a buffer back that nobody reads or writes any more. */
export function givePiece(piece: Buffer): void {
  losePiece(piece);
  if (piece.length === LARGE_BYTES) keptLarge.push(piece);
  else if (keptSmall.length < MAX_KEPT_SMALL) keptSmall.push(piece);
}

/** Leaves a buffer that somebody may still hold to the garbage collector. */
export function losePiece(piece: Buffer): void {
  if (piece.length === LARGE_BYTES) largeInUse -= 1;
}
