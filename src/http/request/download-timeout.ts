import { matrixError } from "../../errors.ts";
import { queryText, type Query } from "./query/query.ts";

const DEFAULT_MS = 20_000;
const LONGEST_MS = 60_000;

/**
 * How long a request waits for media that is not uploaded yet: its `timeout_ms`. Client-Server API, "Content
 * repository".
 */
export function timeoutOf(query: Query): number {
  const text = queryText(query, "timeout_ms");
  if (text === undefined) return DEFAULT_MS;
  if (text === null || !/^\d+$/.test(text)) throw matrixError("TIMEOUT_NOT_A_NUMBER");
  return Math.min(Number(text), LONGEST_MS);
}
