import type { UploadBody } from "../media/upload.ts";
import { freeBuffer } from "../util/free-buffer.ts";

/** Up to this size a body is cheaper to send at once than piece by piece; above it, memory counts. */
export const SMALL_BYTES = 256 * 1024;

/**
 * A small body in one piece: a proxy hands it over in several, each of which would cost a system call and a wake-up on both sides.
 * Rejects as reading it does.
 */
export async function readSmallBody(body: UploadBody): Promise<Buffer> {
  const pieces: Buffer[] = [];
  await body.read((chunk) => void pieces.push(chunk));
  const [only] = pieces;
  if (pieces.length === 1 && only) return only;
  const whole = Buffer.concat(pieces);
  pieces.forEach(freeBuffer);
  return whole;
}
