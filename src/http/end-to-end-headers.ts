/** Headers that are between two neighbours, not between client and resource: RFC 9110, section 7.6.1. */
const HOP_BY_HOP = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/**
 * The headers that may be handed on: names and values in turn, in their order and spelling.
 *
 * @param rawHeaders names and values in turn
 * @param leftOut more names to leave out, in lower case
 */
export function endToEndHeaders(rawHeaders: readonly string[], leftOut: readonly string[] = []): string[] {
  const dropped = new Set([...HOP_BY_HOP, ...leftOut]);
  for (const [name, value] of pairsOf(rawHeaders)) {
    if (name.toLowerCase() !== "connection") continue;
    for (const option of value.split(",")) dropped.add(option.trim().toLowerCase());
  }
  return pairsOf(rawHeaders).flatMap((pair) => (dropped.has(pair[0].toLowerCase()) ? [] : pair));
}

function pairsOf(rawHeaders: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    pairs.push([rawHeaders[index] ?? "", rawHeaders[index + 1] ?? ""]);
  }
  return pairs;
}
