import type { UploadBody } from "../media/upload.ts";

/** Up to this size a body is cheaper to send at once than piece by piece; above it, the copy would cost more than it saves. */
const SMALL_BYTES = 256 * 1024;

/**
 * A small body in one piece: a proxy hands it over in several, each of which would cost a system call and a wake-up on both sides.
 * A larger one as it comes.
 */
export function inOnePieceWhereSmall(body: UploadBody, wholeBytes: number): UploadBody {
  if (wholeBytes > SMALL_BYTES) return body;
  return {
    async read(sink) {
      const pieces: Buffer[] = [];
      let bytes = 0;
      await body.read((chunk) => {
        pieces.push(chunk);
        bytes += chunk.length;
        if (bytes < wholeBytes) return undefined;
        const [only] = pieces;
        return sink(pieces.length === 1 && only ? only : Buffer.concat(pieces, bytes));
      });
    },
  };
}
