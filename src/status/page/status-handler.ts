import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Logger } from "../../util/log.ts";
import { isOwnHost, type HostNames } from "./own-host.ts";
import { STYLE_HASH } from "./page-style.ts";
import { RecentAnswer } from "./recent-answer.ts";
import type { ServiceStatus } from "../service-status.ts";
import { renderPage } from "./status-page.ts";

export interface StatusHandlerOptions extends HostNames {
  /** Resolves to undefined while the service is still starting. */
  readonly read: () => Promise<ServiceStatus | undefined>;
  readonly log: Logger;
  /** Milliseconds of a clock that only goes forward; absent: the machine's. */
  readonly nowMs?: () => number;
}

interface Rendered {
  readonly page: string;
  readonly json: string;
}

/** However often it is asked for. */
const KEPT_MS = 1_000;
const HEADERS = {
  "Cache-Control": "no-store",
  "Content-Security-Policy": `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
};

/**
 * Answers `/` and `/status` with the page, and `/status.json` with its data. Answers 421 where the `Host` is foreign, and
 * 403 to what a page of another origin loads. All requests of a second share one reading.
 */
export function createStatusHandler({ read, log, nowMs, ...names }: StatusHandlerOptions): RequestListener {
  const rendered = new RecentAnswer(async () => render(await read()), KEPT_MS, nowMs);
  const answer = async (type: keyof Rendered, response: ServerResponse) => {
    try {
      const status = await rendered.get();
      if (status !== undefined) return send(response, 200, TYPES[type], status[type]);
      say(response.setHeader("Retry-After", 1), 503, "the service is still starting");
    } catch (error) {
      log.error({ err: error }, "the status cannot be shown");
      say(response, 500, "the status cannot be shown; the service's log says why");
    }
  };
  return (request, response) => {
    const shown = PATHS.get(request.url?.replace(/\?.*/s, "") ?? "");
    if (!isOwnHost(request.headers.host, names, request.socket)) say(response, 421, WRONG_HOST);
    else if (shown === undefined) say(response, 404, "there is nothing at this path");
    else if (!METHODS.has(request.method ?? ""))
      say(response.setHeader("Allow", "GET, HEAD"), 405, "only GET and HEAD");
    else if (isLoadedByOthers(request)) say(response, 403, "a page of another origin may link here, and load nothing");
    else void answer(shown, response);
  };
}

const PATHS = new Map<string, keyof Rendered>([
  ["/", "page"],
  ["/status", "page"],
  ["/status.json", "json"],
]);
const TYPES = { page: "text/html; charset=utf-8", json: "application/json" } as const;
const METHODS = new Set(["GET", "HEAD"]);
const WRONG_HOST =
  "this address is not known by that name: ask for localhost or the bound address, with the port of media_bridge.metrics, or add the name to media_bridge.metrics.hosts";

function render(status: ServiceStatus | undefined): Rendered | undefined {
  return status && { page: renderPage(status), json: JSON.stringify(status) };
}

/** A person who follows a link reads the page. What another page fetches, embeds or frames, that page may use. */
function isLoadedByOthers({ headers }: IncomingMessage): boolean {
  const site = headers["sec-fetch-site"];
  if (site === undefined || site === "same-origin" || site === "none") return false;
  return headers["sec-fetch-mode"] !== "navigate" || headers["sec-fetch-dest"] !== "document";
}

function say(response: ServerResponse, status: number, words: string): void {
  send(response, status, "text/plain; charset=utf-8", `${words}\n`);
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { ...HEADERS, "Content-Type": type, "Content-Length": Buffer.byteLength(body) }).end(body);
}
