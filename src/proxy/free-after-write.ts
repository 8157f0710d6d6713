import type { Socket } from "node:net";
import { freeBuffer } from "../util/free-buffer.ts";

const givenAway = new WeakSet<Uint8Array>();

/** Lets the memory of a piece be freed once a socket of {@link freeAfterWrite} has written it: nobody else may want it then. */
export function giveAway(piece: Buffer): void {
  givenAway.add(piece);
}

/** Frees the pieces given away that this socket writes. Undici does not tell when a piece of a body has left; its socket does. */
export function freeAfterWrite(socket: Socket): void {
  const writeNow = socket.write.bind(socket) as (...parameters: unknown[]) => boolean;
  socket.write = (...parameters: unknown[]) => {
    const [piece, ...others] = parameters;
    if (others.length > 0 || !Buffer.isBuffer(piece) || !givenAway.has(piece)) return writeNow(...parameters);
    return writeNow(piece, (error?: Error | null) => {
      // One that failed may still be on its way.
      if (!error) freeBuffer(piece);
    });
  };
}
