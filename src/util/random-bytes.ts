import { randomBytes } from "node:crypto";

/** To ask for a few bytes costs the same as to ask for some thousand: ten microseconds, much of a small upload. */
const STOCK_BYTES = 4096;

let stock = Buffer.alloc(0);
let taken = 0;

/** Random bytes for names that are not to be guessed, at most 4096; each byte is given away once. */
export function takeRandomBytes(count: number): Buffer {
  if (taken + count > stock.length) {
    stock = randomBytes(STOCK_BYTES);
    taken = 0;
  }
  const bytes = stock.subarray(taken, taken + count);
  taken += count;
  return bytes;
}
