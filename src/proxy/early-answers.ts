import type { Socket } from "node:net";
import type { Writable } from "node:stream";

type Done = (error?: Error | null) => void;
/** What a stream that can be written is made of: Node's documentation, "Implementing a writable stream". */
type Writing = Required<Pick<Writable, "_write" | "_writev">>;

/**
 * Lets what the other side has said be read before a write that fails ends the connection. A server that refuses a body answers and
 * closes while we are still sending: our next write fails then, and Node would throw away the answer that has arrived. The reading
 * side comes to its end by itself, with the answer or without one, and ends the connection.
 */
export function readBeforeFailing(socket: Socket): void {
  const late = (done: Done): Done => {
    return (error) => {
      if (!error || socket.readableEnded || socket.destroyed) done(error);
      else socket.once("end", () => done(error)).once("close", () => done(error));
    };
  };
  const { _write: writeOne, _writev: writeMany } = socket as unknown as Writing;
  const writing: Writing = {
    _write: (chunk, encoding, done) => writeOne.call(socket, chunk, encoding, late(done)),
    _writev: (chunks, done) => writeMany.call(socket, chunks, late(done)),
  };
  Object.assign(socket, writing);
}
