import type { Server } from "node:http";
import type { Socket } from "node:net";
import type { Traffic } from "../metrics/metrics.ts";

/** Counts what clients send and get. Sockets count by themselves: a request costs nothing. */
export function countTraffic(server: Server): () => Traffic {
  const open = new Set<Socket>();
  const ended = { receivedBytes: 0, sentBytes: 0 };
  server.on("connection", (socket: Socket) => {
    open.add(socket);
    socket.once("close", () => {
      open.delete(socket);
      add(ended, socket);
    });
  });
  return () => {
    const all = { ...ended };
    for (const socket of open) add(all, socket);
    return all;
  };
}

function add(traffic: { receivedBytes: number; sentBytes: number }, { bytesRead, bytesWritten }: Socket): void {
  traffic.receivedBytes += bytesRead;
  traffic.sentBytes += bytesWritten;
}
