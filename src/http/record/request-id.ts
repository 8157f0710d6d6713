import type { OutgoingHttpHeader, OutgoingHttpHeaders } from "node:http";

/** By which a client, a proxy and the log name a request. */
export const REQUEST_ID_HEADER = "X-Request-ID";
const LOWER = REQUEST_ID_HEADER.toLowerCase();

/** Headers as `writeHead` takes them: by name, or as a list of names and values, in turn or in pairs. */
export type AnswerHeaders = OutgoingHttpHeaders | OutgoingHttpHeader[];

/**
 * The headers of an answer with the request's name, in place of any that they have. A list is one that another server
 * wrote: where it is open to pages of other origins, these may read the name too.
 */
export function withRequestId(headers: AnswerHeaders | undefined, id: string): AnswerHeaders {
  if (Array.isArray(headers)) return extendList(Array.isArray(headers[0]) ? headers.flat() : headers, id);
  const named: OutgoingHttpHeaders = { ...headers };
  for (const name in named) {
    if (name.length === LOWER.length && name.toLowerCase() === LOWER) delete named[name];
  }
  named[REQUEST_ID_HEADER] = id;
  return named;
}

function extendList(headers: OutgoingHttpHeader[], id: string): OutgoingHttpHeader[] {
  const extended: OutgoingHttpHeader[] = [];
  let isForPages = false;
  for (let index = 0; index < headers.length; index += 2) {
    const [name = "", value = ""] = [headers[index], headers[index + 1]];
    const lower = String(name).toLowerCase();
    if (lower === LOWER) continue;
    isForPages ||= lower === "access-control-allow-origin";
    extended.push(name, value);
  }
  // Lines of one name are one list: what the other server exposes stays as it is.
  if (isForPages) extended.push("Access-Control-Expose-Headers", REQUEST_ID_HEADER);
  extended.push(REQUEST_ID_HEADER, id);
  return extended;
}
