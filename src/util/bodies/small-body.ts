import type { BodySource } from "./body-source.ts";
import { freeBuffer } from "./free-buffer.ts";

/** Up to this size, sending a body at once is cheaper than piece by piece; above it, memory counts. */
export const SMALL_BYTES = 256 * 1024;

/**
 * A small body in the pieces in which it came, to be sent together: each by itself would cost a system call and a
 * wake-up on both sides. Rejects as reading the body does.
 */
export async function readSmallBody(body: BodySource): Promise<Buffer[]> {
  const pieces: Buffer[] = [];
  await body.read((chunk) => void pieces.push(chunk));
  return pieces;
}

/**
 * Gives back the memory of pieces that are not read any more. This costs as much as copying them: do it when the client
 * has its answer.
 */
export function freePieces(pieces: readonly Buffer[]): void {
  for (const piece of pieces) freeBuffer(piece);
}
