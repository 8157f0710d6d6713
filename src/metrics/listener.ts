import type { RequestListener, Server } from "node:http";
import { RateLimiter, type RateLimit } from "../util/concurrency/rate-limiter.ts";
import { createServer } from "../util/http/node-http.ts";

/** What `GET /metrics` answers. */
export interface Exposition {
  readonly contentType: string;
  render(): Promise<string>;
}

/** Rendering takes a millisecond of the event loop, and longer where Python modules have metrics. */
const RENDERED = { perSecond: 10, burstCount: 20 };

/**
 * The metrics' own listener, on an address or on a socket that listens already. It answers `GET /metrics`, with any
 * query and under any name, by its last answer where it is asked far more often than a scraper asks; `others` answers
 * all other paths. Resolves once it is bound, rejects where it cannot be.
 */
export async function listenForMetrics(
  exposition: Exposition,
  address: { host: string; port: number } | { fd: number },
  others: RequestListener,
): Promise<Server> {
  const render = atMost(RENDERED, () => exposition.render());
  const server = createServer((request, response) => {
    if (request.url?.replace(/\?.*/s, "") !== "/metrics") return others(request, response);
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.writeHead(405, { Allow: "GET, HEAD" }).end();
      return;
    }
    render().then(
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

/** Does it at this rate; a caller that asks more often gets the latest result. */
function atMost<T>(rate: RateLimit, make: () => Promise<T>): () => Promise<T> {
  const limiter = new RateLimiter(rate);
  let latest: Promise<T> | undefined;
  return () => {
    if (latest === undefined || limiter.take("", performance.now()) === undefined) latest = make();
    return latest;
  };
}
