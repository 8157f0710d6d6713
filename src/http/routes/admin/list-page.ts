import { choiceOf, integerOf } from "../../request/query/query-values.ts";
import type { Query } from "../../request/query/query.ts";

/** The most entries of one answer; a client that wants more gets a `next_token`. */
const MAX_ENTRIES = 1000;
const DEFAULT_ENTRIES = 100;

/** What a request says about the part of a list that it wants. */
export interface RequestedPage<Order extends string> {
  readonly from: number;
  readonly limit: number;
  readonly orderBy: Order | undefined;
  /** Forwards or backwards. */
  readonly direction: "f" | "b" | undefined;
}

/** Reads `from`, `limit`, `order_by` and `dir`. Throws `M_INVALID_PARAM`. */
export function pageOf<Order extends string>(query: Query, orders: readonly Order[]): RequestedPage<Order> {
  return {
    from: integerOf(query, "from", { default: 0 }),
    limit: Math.min(integerOf(query, "limit", { default: DEFAULT_ENTRIES }), MAX_ENTRIES),
    orderBy: choiceOf(query, "order_by", orders),
    direction: choiceOf(query, "dir", ["f", "b"]),
  };
}

/** Where the next part begins, if there is one: the member `next_token` of an answer. */
export function nextToken(
  { from, limit }: Pick<RequestedPage<string>, "from" | "limit">,
  entries: number,
  total: number,
): { readonly next_token?: number } {
  return from + limit < total ? { next_token: from + entries } : {};
}
