import type { Socket } from "node:net";
import type { Writable } from "node:stream";

type Done = (error?: Error | null) => void;
/** The parts of a writable stream: Node's documentation, "Implementing a writable stream". */
type Writing = Required<Pick<Writable, "_write" | "_writev">>;

/**
 * Lets what the other side has sent be read before a failed write ends the connection. A server that refuses a body
 * answers and closes while we are still sending. Our next write then fails, and Node would throw away the answer that
 * has arrived. The reading side ends by itself, with the answer or without one, and ends the connection.
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
