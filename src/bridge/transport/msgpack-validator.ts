import { isUtf8 } from "node:buffer";

/** How deep containers may be nested: the limit of Python's decoder. */
export const MAX_DEPTH = 1024;
/** How many values a body may hold, including keys: each takes many times its bytes once decoded. */
export const MAX_VALUES = 1024 * 1024;

const SCALAR = 0;
const TEXT = 1;
const ARRAY = 2;
const MAP = 3;
const REFUSED = 4;

/** By the first byte of a value: its kind, and the number of bytes that follow for a number or a length. */
const kinds = new Uint8Array(256);
const following = new Uint8Array(256);
kinds.fill(MAP, 0x80, 0x90).fill(ARRAY, 0x90, 0xa0).fill(TEXT, 0xa0, 0xc0);
kinds.fill(TEXT, 0xd9, 0xdc).fill(ARRAY, 0xdc, 0xde).fill(MAP, 0xde, 0xe0);
// Invalid bytes, binary data and extension types: the protocol uses none of them.
kinds.fill(REFUSED, 0xc1, 0xc2).fill(REFUSED, 0xc4, 0xca).fill(REFUSED, 0xd4, 0xd9);
following.set([4, 8, 1, 2, 4, 8, 1, 2, 4, 8], 0xca);
following.set([1, 2, 4, 2, 4, 2, 4], 0xd9);

/** For the containers around the innermost open one: the number of values still to come, and whether it is a map. */
const left = new Uint32Array(MAX_DEPTH);
const isMap = new Uint8Array(MAX_DEPTH);

/**
 * Why the bytes from `start` to `end` (exclusive) are not one permitted value; undefined where they are. Reads every
 * byte and allocates nothing, so that decoding a valid body costs no more than {@link MAX_VALUES} allow.
 */
export function findProblem(bytes: Buffer, start: number, end: number): string | undefined {
  let position = start;
  let depth = 0;
  let remaining = 1;
  let inMap = 0;
  // Values that are declared and still to come: each takes at least one byte.
  let open = 1;
  let values = 1;
  while (open > 0) {
    while (remaining === 0) {
      depth -= 1;
      remaining = left[depth] ?? 0;
      inMap = isMap[depth] ?? 0;
    }
    const token = bytes[position] ?? 0;
    const size = following[token] ?? 0;
    const kind = kinds[token];
    position += 1;
    if (position + size > end) return "it ends within a value";
    if (inMap === 1 && kind !== TEXT && (remaining & 1) === 0) return "a key is not text";
    remaining -= 1;
    open -= 1;
    if (kind === SCALAR) {
      position += size;
      continue;
    }
    if (kind === REFUSED) return "it holds binary data or an extension type";
    const declared = size === 0 ? token & (kind === TEXT ? 0x1f : 0x0f) : bytes.readUIntBE(position, size);
    position += size;
    if (kind === TEXT) {
      if (declared > end - position) return "a text is longer than the frame";
      if (!isText(bytes, position, position + declared)) return "a text is not UTF-8";
      position += declared;
      continue;
    }
    const promised = kind === MAP ? 2 * declared : declared;
    open += promised;
    values += promised;
    if (open > end - position) return "it declares more values than it has bytes";
    if (values > MAX_VALUES) return `it holds more than ${MAX_VALUES} values`;
    if (depth === MAX_DEPTH) return `it is nested more than ${MAX_DEPTH} deep`;
    left[depth] = remaining;
    isMap[depth] = inMap;
    depth += 1;
    remaining = promised;
    inMap = kind === MAP ? 1 : 0;
  }
  return position === end ? undefined : "there are bytes after its value";
}

/** Most texts are ASCII, and checking that takes less time than a call into Node. */
function isText(bytes: Buffer, start: number, end: number): boolean {
  if (end - start <= 64) {
    let position = start;
    while (position < end && (bytes[position] ?? 0) < 0x80) position += 1;
    if (position === end) return true;
  }
  return isUtf8(bytes.subarray(start, end));
}
