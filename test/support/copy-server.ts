import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import type { AddressInfo } from "node:net";

/** A server that keeps what is PUT to it, as one for WebDAV does. */
export interface CopyServer {
  readonly url: string;
  /** By path, without the first slash. */
  readonly kept: Map<string, Buffer>;
  stop(): Promise<void>;
}

export async function startCopyServer(): Promise<CopyServer> {
  const kept = new Map<string, Buffer>();
  const answer = async (req: IncomingMessage, res: ServerResponse) => {
    const path = (req.url ?? "").slice(1);
    if (req.method === "PUT") {
      kept.set(path, await buffer(req));
      res.writeHead(201).end();
      return;
    }
    const bytes = kept.get(path);
    if (req.method === "DELETE") {
      res.writeHead(kept.delete(path) ? 204 : 404).end();
      return;
    }
    if (bytes === undefined) res.writeHead(404).end("nothing is here");
    else res.end(bytes);
  };
  const server = createServer((req, res) => void answer(req, res));
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    kept,
    async stop() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
