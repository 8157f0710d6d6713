/** The parameters of a query string, each with its values as they were sent, still encoded. */
export type Query = ReadonlyMap<string, readonly string[]>;

const EMPTY: Query = new Map();

/** Reads the query of a request target. Pairs are parted by `&` or `;`, as Twisted does. */
export function parseQuery(url: string): Query {
  const mark = url.indexOf("?");
  if (mark === -1 || mark === url.length - 1) return EMPTY;
  const query = new Map<string, string[]>();
  for (const pair of url.slice(mark + 1).split(/[&;]/)) {
    const equals = pair.indexOf("=");
    if (equals === -1) continue;
    const name = decodeText(pair.slice(0, equals).replaceAll("+", " ")) ?? pair.slice(0, equals);
    const values = query.get(name);
    const value = pair.slice(equals + 1).replaceAll("+", " ");
    if (values) values.push(value);
    else query.set(name, [value]);
  }
  return query;
}

/** The first value of a parameter: undefined where there is none, null where it is not UTF-8. */
export function queryText(query: Query, name: string): string | null | undefined {
  const value = query.get(name)?.[0];
  return value === undefined ? undefined : (decodeText(value) ?? null);
}

/** A percent-encoded text in which what is not UTF-8 is U+FFFD, as browsers read it. */
export function decodeLeniently(text: string): string {
  const bytes = text.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return decodeText(text) ?? Buffer.from(bytes, "latin1").toString("utf8");
}

/** A percent-encoded text, undefined where it is not UTF-8. A percent sign that encodes nothing stands for itself. */
export function decodeText(text: string): string | undefined {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text.replaceAll(/%(?![0-9A-Fa-f]{2})/g, "%25"));
  } catch {
    return undefined;
  }
}
