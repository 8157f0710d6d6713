import type { RequestListener, Server } from "node:http";
import { createServer } from "../util/http/node-http.ts";

/** What `GET /metrics` answers. */
export interface Exposition {
  readonly contentType: string;
  render(): Promise<string>;
}

/**
 * The metrics' own listener, on an address or on a socket that listens already. It answers `GET /metrics`, with any
 * query and under any name; `others` answers all other paths. Resolves once it is bound, rejects where it cannot be.
 */
export async function listenForMetrics(
  exposition: Exposition,
  address: { host: string; port: number } | { fd: number },
  others: RequestListener,
): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.url?.replace(/\?.*/s, "") !== "/metrics") return others(request, response);
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.writeHead(405, { Allow: "GET, HEAD" }).end();
      return;
    }
    exposition.render().then(
      (text) => response.writeHead(200, { "Content-Type": exposition.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(address, resolve);
  });
  return server;
}
