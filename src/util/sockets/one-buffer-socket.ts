import { Socket } from "node:net";

const BUFFER_BYTES = 64 * 1024;

/**
 * The socket of a descriptor, which reads everything into one buffer: what a listener of `data` gets is good only until
 * the listener returns. A socket of Node's own takes 64 KiB of memory for each chunk, which costs more than a small
 * chunk itself.
 */
export function openOneBufferSocket(fd: number): Socket {
  const socket: Socket = new Socket({
    fd,
    onread: {
      buffer: Buffer.allocUnsafeSlow(BUFFER_BYTES),
      callback: (bytes, buffer) => {
        socket.emit("data", Buffer.from(buffer.buffer, buffer.byteOffset, bytes));
        return true;
      },
    },
  });
  return socket;
}
