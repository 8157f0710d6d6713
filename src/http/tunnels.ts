import type { Server } from "node:http";
import type { Duplex } from "node:stream";

/** What Node goes by while it writes an answer and watches its connection: it takes these away where a client asks for a tunnel. */
const KEPT = ["close", "drain", "timeout"] as const;

type Listener = (...parameters: unknown[]) => void;

const open = new WeakMap<Server, Set<Duplex>>();

/**
 * Calls `refuse` for each connection on which a client asks for a tunnel (`CONNECT`): from then on Node leaves it alone, though requests
 * before it may still be answered. These answers flow and time out as all others do.
 */
export function onTunnel(server: Server, refuse: (socket: Duplex) => void): void {
  const tunnels = new Set<Duplex>();
  open.set(server, tunnels);
  const kept = new WeakMap<Duplex, (readonly [event: string, listener: Listener])[]>();
  server.on("connection", (socket: Duplex) => {
    const listeners = KEPT.flatMap((event) =>
      socket.listeners(event).map((listener) => [event, listener as Listener] as const),
    );
    kept.set(socket, listeners);
  });
  server.on("connect", (_req, socket: Duplex) => {
    tunnels.add(socket);
    socket.once("close", () => tunnels.delete(socket));
    socket.on("error", () => socket.destroy());
    // As Node does on every other connection: nothing else tells that the client has left.
    socket.once("end", () => socket.end());
    for (const [event, listener] of kept.get(socket) ?? []) {
      if (!socket.listeners(event).includes(listener)) socket.on(event, listener);
    }
    socket.resume();
    refuse(socket);
  });
}

/** Closes the connections on which a tunnel was asked for: Node does not count them among the server's. */
export function closeTunnels(server: Server): void {
  for (const socket of open.get(server) ?? []) socket.destroy();
}
