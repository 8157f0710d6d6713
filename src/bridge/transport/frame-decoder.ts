import { decodeBody, HEADER_BYTES, MAX_FRAME_BYTES } from "./codec.ts";
import { BridgeError, FrameError } from "../errors.ts";

/**
 * A pipe delivers at least a page while there is more to come: a frame in this many pieces, and one for each page, is a
 * trickle.
 */
const MAX_PIECES = 1000;
const PAGE_BYTES = 4096;

/**
 * Turns chunks into messages, wherever the chunks are cut. Frames that are complete in a chunk are decoded in place;
 * only one that spans chunks is collected. Not to be used again after it threw.
 */
export class FrameDecoder {
  readonly #header = Buffer.alloc(HEADER_BYTES);
  #headerBytes = 0;
  #body: Buffer | undefined;
  #bodyBytes = 0;
  #pieces = 0;
  readonly #onMessage: (message: unknown, bytes: number) => void;

  /**
   * `onMessage` gets each message with the length of its body. A `BridgeError` that it throws is reported with the
   * body's first bytes.
   */
  constructor(onMessage: (message: unknown, bytes: number) => void) {
    this.#onMessage = onMessage;
  }

  /** Whether a frame was begun that is not complete yet. */
  get isInsideFrame(): boolean {
    return this.#headerBytes > 0 || this.#body !== undefined;
  }

  /** Passes on each message that the chunk completes. Throws a {@link FrameError} where the peer broke the framing. */
  push(chunk: Buffer): void {
    let position = this.#finishFrame(chunk);
    while (chunk.length - position >= HEADER_BYTES) {
      const length = checkLength(chunk.readUInt32BE(position), chunk, position);
      const start = position + HEADER_BYTES;
      position = start + length;
      if (position > chunk.length) {
        this.#beginBody(length, chunk, start);
        return;
      }
      this.#handOn(chunk, start, position);
    }
    this.#headerBytes += chunk.copy(this.#header, this.#headerBytes, position);
  }

  /** Completes the frame that earlier chunks began; returns the position after it. */
  #finishFrame(chunk: Buffer): number {
    let position = 0;
    if (this.#headerBytes > 0) {
      position = chunk.copy(this.#header, this.#headerBytes, 0, HEADER_BYTES - this.#headerBytes);
      this.#headerBytes += position;
      if (this.#headerBytes < HEADER_BYTES) return position;
      this.#headerBytes = 0;
      const seen = Buffer.concat([this.#header, chunk.subarray(position, position + 200)]);
      this.#beginBody(checkLength(this.#header.readUInt32BE(0), seen, 0), chunk, chunk.length);
    }
    if (this.#body === undefined) return position;
    const taken = chunk.copy(this.#body, this.#bodyBytes, position);
    this.#bodyBytes += taken;
    const body = this.#body;
    if (this.#bodyBytes === body.length) {
      this.#body = undefined;
      this.#pieces = 0;
      this.#handOn(body, 0, body.length);
    } else {
      this.#countPiece(body);
    }
    return position + taken;
  }

  #countPiece(body: Buffer): void {
    this.#pieces += 1;
    if (this.#pieces <= MAX_PIECES + body.length / PAGE_BYTES) return;
    const message = `a trickle: ${this.#bodyBytes} of ${body.length} bytes in ${this.#pieces} pieces`;
    throw new FrameError(message, body.subarray(0, this.#bodyBytes));
  }

  #handOn(bytes: Buffer, start: number, end: number): void {
    const message = decode(bytes, start, end);
    try {
      this.#onMessage(message, end - start);
    } catch (cause) {
      if (cause instanceof BridgeError) throw new FrameError(cause.message, bytes.subarray(start, end), { cause });
      throw cause;
    }
  }

  #beginBody(length: number, chunk: Buffer, start: number): void {
    this.#body = Buffer.allocUnsafeSlow(length);
    this.#bodyBytes = chunk.copy(this.#body, 0, start);
  }
}

function checkLength(length: number, bytes: Buffer, frameStart: number): number {
  if (length <= MAX_FRAME_BYTES) return length;
  throw new FrameError(`a frame of ${length} bytes, over the ${MAX_FRAME_BYTES} allowed`, bytes.subarray(frameStart));
}

function decode(bytes: Buffer, start: number, end: number): unknown {
  try {
    return decodeBody(bytes, start, end);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FrameError(`a frame that cannot be decoded: ${reason}`, bytes.subarray(start, end), { cause });
  }
}
