import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import type { AskedFile } from "../asked.ts";

/** What is kept of a file that two modules judged differently. */
export interface FileFacts {
  /** In hexadecimal; null where the file is too long to be read for this, or cannot be read. */
  readonly sha256: string | null;
  readonly lengthBytes: number;
}

/** Reading and hashing this much takes a tenth of a second. */
const MAX_HASHED_BYTES = 2 ** 26;
const EDGE_BYTES = 2 ** 14;

/** The facts of a file. Reads it in the thread that calls. */
export function factsOfFile({ path, lengthBytes }: AskedFile): FileFacts {
  return { sha256: lengthBytes > MAX_HASHED_BYTES ? null : hashOf(path, [[0, lengthBytes]]), lengthBytes };
}

/**
 * A text that two files share only where their lengths, beginnings and ends are equal. It is enough to count how many
 * files are different: it may count too few, and never too many.
 */
export function sampleOfFile({ path, lengthBytes }: AskedFile): string {
  const edges: [from: number, to: number][] = [
    [0, EDGE_BYTES],
    [Math.max(EDGE_BYTES, lengthBytes - EDGE_BYTES), lengthBytes],
  ];
  return `${lengthBytes} ${hashOf(path, edges) ?? ""}`;
}

function hashOf(path: string, pieces: readonly (readonly [from: number, to: number])[]): string | null {
  try {
    const file = openSync(path, "r");
    try {
      const hash = createHash("sha256");
      const buffer = Buffer.allocUnsafe(2 ** 18);
      for (const [from, to] of pieces) {
        for (let place = from; place < to;) {
          const count = readSync(file, buffer, 0, Math.min(buffer.length, to - place), place);
          if (count === 0) break;
          hash.update(buffer.subarray(0, count));
          place += count;
        }
      }
      return hash.digest("hex");
    } finally {
      closeSync(file);
    }
  } catch {
    return null;
  }
}
