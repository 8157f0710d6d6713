import { Packr, RESERVE_START_SPACE, type Options } from "msgpackr";
import { findProblem } from "./msgpack-validator.ts";
import { BridgeError } from "../errors.ts";
import { toEncodable } from "./encodable.ts";

/** The largest body of a frame, in both directions: 16 MiB. */
export const MAX_FRAME_BYTES = 16 * 1024 * 1024;
/** The `u32` big-endian length before each body. */
export const HEADER_BYTES = 4;

/** Frames are cut from buffers of this size, one after the other. */
const SLAB_BYTES = 64 * 1024;

const options: Options = {
  useRecords: false,
  encodeUndefinedAsNil: true,
  mapsAsObjects: true,
  // The shortest form of a map, as Python writes it, and no cap on its size.
  variableMapSize: true,
  useToJSON: false,
};
// Safe integers as numbers, larger ones as BigInt; msgpackr's types lack the value.
const packr = new Packr(Object.assign(options, { int64AsType: "auto" }));
packr.useBuffer(Buffer.allocUnsafeSlow(SLAB_BYTES));

/**
 * A whole frame, header included. The caller owns the buffer. Throws a {@link BridgeError} `ENCODE` for a value that
 * cannot be encoded (see {@link toEncodable}) and for a body over {@link MAX_FRAME_BYTES}.
 */
export function encodeFrame(message: unknown): Buffer {
  const frame = packr.encode(toEncodable(message), RESERVE_START_SPACE | HEADER_BYTES);
  // If a slab grew for one large frame, every slab after it would have that size.
  if (frame.length > SLAB_BYTES) packr.useBuffer(Buffer.allocUnsafeSlow(SLAB_BYTES));
  const bodyBytes = frame.length - HEADER_BYTES;
  if (bodyBytes > MAX_FRAME_BYTES) {
    throw new BridgeError("ENCODE", `a message of ${bodyBytes} bytes is over the ${MAX_FRAME_BYTES} allowed`);
  }
  frame.writeUInt32BE(bodyBytes, 0);
  return frame;
}

/**
 * The value of the body at `start` … `end` (exclusive), read in place. Throws where these are not the bytes of one
 * permitted value.
 */
export function decodeBody(bytes: Buffer, start: number, end: number): unknown {
  const problem = findProblem(bytes, start, end);
  if (problem !== undefined) throw new Error(problem);
  return packr.decode(bytes, { start, end });
}
