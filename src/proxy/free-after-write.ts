import type { Writable } from "node:stream";
import { freeBuffer } from "../util/bodies/free-buffer.ts";

const givenAway = new WeakSet<Uint8Array>();

/**
 * Marks a piece whose memory is to be freed once a socket of {@link freeAfterWrite} has written it: no other code may
 * use it then.
 */
export function giveAway(piece: Buffer): void {
  givenAway.add(piece);
}

/**
 * Frees the marked pieces that this socket writes. Undici does not tell when a piece of a body has been sent; its
 * socket does.
 */
export function freeAfterWrite(socket: Writable): void {
  freeWritten(socket, (piece) => givenAway.has(piece));
}

/** Frees every piece that is piped into a stream from now on, once it is written: no other code may use them. */
export function freeAllAfterWrite(stream: Writable): void {
  freeWritten(stream, () => true);
}

function freeWritten(stream: Writable, isFree: (piece: Buffer) => boolean): void {
  const writeNow = stream.write.bind(stream) as (...parameters: unknown[]) => boolean;
  stream.write = (...parameters: unknown[]) => {
    const [piece, ...others] = parameters;
    if (others.length > 0 || !Buffer.isBuffer(piece) || !isFree(piece)) return writeNow(...parameters);
    return writeNow(piece, (error?: Error | null) => {
      // A piece whose write failed may still be on its way.
      if (!error) freeBuffer(piece);
    });
  };
}
