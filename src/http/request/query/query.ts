import { decodePercent } from "../../../util/text/percent.ts";

/** The parameters of a query string, each with its values as they were sent, still encoded. */
export type Query = ReadonlyMap<string, readonly string[]>;

const EMPTY: Query = new Map();

/** Reads the query of a request target. Pairs are separated by `&` or `;`, as in Twisted. */
export function parseQuery(url: string): Query {
  const mark = url.indexOf("?");
  if (mark === -1 || mark === url.length - 1) return EMPTY;
  const query = new Map<string, string[]>();
  for (const pair of url.slice(mark + 1).split(/[&;]/)) {
    const equals = pair.indexOf("=");
    if (equals === -1) continue;
    const name = decodePercent(pair.slice(0, equals).replaceAll("+", " ")) ?? pair.slice(0, equals);
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
  return value === undefined ? undefined : (decodePercent(value) ?? null);
}
