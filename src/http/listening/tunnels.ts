import type { Server } from "node:http";
import type { Duplex } from "node:stream";

/**
 * The listeners that Node uses to write an answer and to watch its connection. Node removes them where a client asks
 * for a tunnel.
 */
const KEPT = ["close", "drain", "timeout"] as const;

type Listener = (...parameters: unknown[]) => void;

const open = new WeakMap<Server, Set<Duplex>>();

/**
 * Calls `refuse` for each connection on which a client asks for a tunnel (`CONNECT`). From then on Node leaves the
 * connection alone, although requests before the tunnel may still need answers. These answers flow and time out like
 * all others.
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
    // As Node does on every other connection: otherwise the service would not notice that the client has left.
    socket.once("end", () => socket.end());
    for (const [event, listener] of kept.get(socket) ?? []) {
      if (!socket.listeners(event).includes(listener)) socket.on(event, listener);
    }
    socket.resume();
    refuse(socket);
  });
}

/** Closes the connections on which a client asked for a tunnel: Node does not count them among the server's. */
export function closeTunnels(server: Server): void {
  for (const socket of open.get(server) ?? []) socket.destroy();
}
