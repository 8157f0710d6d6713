import type { IncomingMessage } from "node:http";
import { isForwardedHeader } from "../../util/http/forwarded-headers.ts";

/**
 * Removes headers in which a client claims to be a proxy, for handlers that would trust them. For a service without a
 * proxy in front that sets these headers.
 */
export function removeForwarded(req: IncomingMessage): void {
  const names = Object.keys(req.headers).filter(isForwardedHeader);
  if (names.length === 0) return;
  for (const name of names) {
    delete req.headers[name];
    delete req.headersDistinct[name];
  }
  req.rawHeaders = req.rawHeaders.filter((_text, index, all) => !isForwardedHeader(all[index - (index % 2)] ?? ""));
}
