import type { UploadBody } from "../media/upload.ts";
import { freeBuffer } from "../util/free-buffer.ts";

/** Up to this size a body is cheaper to send at once than piece by piece; above it, memory counts. */
export const SMALL_BYTES = 256 * 1024;
/** As many as a busy moment needs. */
const MAX_KEPT = 16;

const kept: Buffer[] = [];

/** A small body in one piece. */
export interface SmallBody {
  readonly bytes: Buffer;
  /** Frees the pieces that it came in. Costs as much as copying them: for when Synapse is at work. */
  freePieces(): void;
  /** Lends the memory to the next body: nobody may be reading it any more. Without this it is garbage like any other. */
  release(): void;
}

/**
 * A small body in one piece: a proxy hands it over in several, each of which would cost a system call and a wake-up on both sides.
 * Rejects as reading it does.
 */
export async function readSmallBody(body: UploadBody): Promise<SmallBody> {
  const room = kept.pop() ?? Buffer.allocUnsafeSlow(SMALL_BYTES);
  const pieces: Buffer[] = [];
  let filledBytes = 0;
  await body.read((chunk) => {
    filledBytes += chunk.copy(room, filledBytes);
    pieces.push(chunk);
  });
  return {
    bytes: room.subarray(0, filledBytes),
    freePieces: () => pieces.forEach(freeBuffer),
    release() {
      if (kept.length < MAX_KEPT) kept.push(room);
    },
  };
}
