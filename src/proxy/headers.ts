import type { IncomingMessage } from "node:http";
import { matrixError } from "../errors.ts";
import { isForwardedHeader } from "../util/http/forwarded-headers.ts";

/** Hop-by-hop headers, which are never passed on. RFC 9110, "Connection". */
const HOP_BY_HOP = new Set([
  "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer",
  "transfer-encoding", "upgrade",
]); // prettier-ignore

/** What a `Connection` header may name without effect: removing these would change what the request is. */
const ALWAYS_KEPT = new Set(["host", "authorization", "content-length", "content-type", "x-forwarded-for"]);

/** Left out where the service reads the answer itself: it could not read one that a proxy has compressed. */
export const READ_HERE: ReadonlySet<string> = new Set(["accept-encoding"]);

/** How many header lines Twisted accepts, which reads the requests to Synapse and to a Python child. */
const MAX_LINES = 500;
/** What a request gets when it is sent: `Connection`, and the length of its body. */
const LINES_OF_SENDER = 2;

/** Names and values in turn, like Node's `rawHeaders`: order, case and repetitions are kept. */
export type RawHeaders = readonly string[];

/** Headers without the hop-by-hop ones, and without those that are named in lower case. */
export function endToEnd(raw: RawHeaders, without: ReadonlySet<string> = new Set()): string[] {
  const connection = valuesOf(raw, "connection");
  const named = new Set(connection.flatMap((value) => value.split(",").map((name) => name.trim().toLowerCase())));
  const kept: string[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const [name = "", value = ""] = [raw[index], raw[index + 1]];
    const lower = name.toLowerCase();
    const isDropped = HOP_BY_HOP.has(lower) || without.has(lower) || (named.has(lower) && !ALWAYS_KEPT.has(lower));
    if (!isDropped) kept.push(name, value);
  }
  return kept;
}

/**
 * The headers of a request as they are passed on to Synapse. `Expect` is answered here; `Content-Length` is left out,
 * because the code that writes a body adds it. Throws as {@link checkRoom} does.
 *
 * @param xForwarded whether the client's address in the request is trusted, because a proxy in front has set it
 */
export function requestHeaders(req: Pick<IncomingMessage, "rawHeaders" | "socket">, xForwarded: boolean): string[] {
  const { rawHeaders, socket } = req;
  const believed = xForwarded && valuesOf(rawHeaders, "x-forwarded-for").length > 0;
  const headers = endToEnd(believed ? rawHeaders : withoutForwarded(rawHeaders), new Set(["expect", "content-length"]));
  if (!believed && socket.remoteAddress !== undefined) headers.push("X-Forwarded-For", socket.remoteAddress);
  return checkRoom(headers);
}

/**
 * Returns headers to which the sender of the request may add its own. Throws `HEADERS_TOO_LARGE` (431) where these
 * would be more lines than the target accepts: it would refuse the request.
 */
export function checkRoom(headers: string[]): string[] {
  const hostLines = valuesOf(headers, "host").length === 0 ? 1 : 0;
  if (headers.length / 2 + hostLines + LINES_OF_SENDER > MAX_LINES) throw matrixError("HEADERS_TOO_LARGE");
  return headers;
}

function withoutForwarded(raw: RawHeaders): string[] {
  return raw.filter((_text, index) => !isForwardedHeader(raw[index - (index % 2)] ?? ""));
}

/** Who makes a request, as far as it says: its credential, which only Synapse can check, otherwise its address. */
export function askerOf({ headers, url = "" }: Pick<IncomingMessage, "headers" | "url">, sent: RawHeaders): string {
  const [, query = ""] = url.split("?", 2);
  const credential = headers.authorization ?? new URLSearchParams(query).get("access_token");
  // The last address is what the nearest proxy saw; a client can make up the others.
  return credential ?? valuesOf(sent, "x-forwarded-for").join().split(",").at(-1)?.trim() ?? "";
}

/** What a head says about the length of its body. */
export function declaredLengths(headers: RawHeaders): string[] {
  return valuesOf(headers, "content-length");
}

function valuesOf(raw: RawHeaders, wanted: string): string[] {
  return raw.filter((_value, index) => index % 2 === 1 && raw[index - 1]?.toLowerCase() === wanted);
}
