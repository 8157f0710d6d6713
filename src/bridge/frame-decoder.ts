import { decodeBody, HEADER_BYTES, MAX_FRAME_BYTES } from "./codec.ts";
import { FrameError } from "./errors.ts";

/**
 * Makes messages of chunks, wherever these are cut. Frames that lie whole in a chunk are decoded in place; only one that
 * spans chunks is collected. Not to be used again after it threw.
 */
export class FrameDecoder {
  private readonly header = Buffer.alloc(HEADER_BYTES);
  private headerBytes = 0;
  private body: Buffer | undefined;
  private bodyBytes = 0;
  private readonly onMessage: (message: unknown) => void;

  constructor(onMessage: (message: unknown) => void) {
    this.onMessage = onMessage;
  }

  /** Hands on each message that the chunk completes. Throws a {@link FrameError} where the peer broke the framing. */
  push(chunk: Buffer): void {
    let position = this.finishFrame(chunk);
    while (chunk.length - position >= HEADER_BYTES) {
      const length = checkLength(chunk.readUInt32BE(position), chunk, position);
      const start = position + HEADER_BYTES;
      position = start + length;
      if (position > chunk.length) {
        this.beginBody(length, chunk, start);
        return;
      }
      this.onMessage(decode(chunk, start, position));
    }
    this.headerBytes += chunk.copy(this.header, this.headerBytes, position);
  }

  /** Completes the frame that earlier chunks began; the position after what it took. */
  private finishFrame(chunk: Buffer): number {
    let position = 0;
    if (this.headerBytes > 0) {
      position = chunk.copy(this.header, this.headerBytes, 0, HEADER_BYTES - this.headerBytes);
      this.headerBytes += position;
      if (this.headerBytes < HEADER_BYTES) return position;
      this.headerBytes = 0;
      const seen = Buffer.concat([this.header, chunk.subarray(position, position + 200)]);
      this.beginBody(checkLength(this.header.readUInt32BE(0), seen, 0), chunk, chunk.length);
    }
    if (this.body === undefined) return position;
    const taken = chunk.copy(this.body, this.bodyBytes, position);
    this.bodyBytes += taken;
    if (this.bodyBytes === this.body.length) {
      const { body } = this;
      this.body = undefined;
      this.onMessage(decode(body, 0, body.length));
    }
    return position + taken;
  }

  private beginBody(length: number, chunk: Buffer, start: number): void {
    this.body = Buffer.allocUnsafeSlow(length);
    this.bodyBytes = chunk.copy(this.body, 0, start);
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
    throw new FrameError("a frame that cannot be decoded", bytes.subarray(start, end), { cause });
  }
}
