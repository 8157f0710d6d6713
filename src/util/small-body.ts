import type { BodySource } from "./body-source.ts";
import { freeBuffer } from "./free-buffer.ts";

/** Up to this size a body is cheaper to send at once than piece by piece; above it, memory counts. */
export const SMALL_BYTES = 256 * 1024;

/**
 * A small body in the pieces that it came in, to be sent together: one by one, each would cost a system call and a wake-up on both
 * sides. Rejects as reading it does.
 */
export async function readSmallBody(body: BodySource): Promise<Buffer[]> {
  const pieces: Buffer[] = [];
  await body.read((chunk) => void pieces.push(chunk));
  return pieces;
}

/** Gives the memory of pieces back that nobody reads any more. Costs as much as copying them: for when the client has its answer. */
export function freePieces(pieces: readonly Buffer[]): void {
  for (const piece of pieces) freeBuffer(piece);
}
