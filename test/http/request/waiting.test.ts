import { describe, expect, test } from "vitest";
import { parseQuery } from "../../../src/http/request/query/query.ts";
import { timeoutOf } from "../../../src/http/request/download-timeout.ts";

describe("how long a request waits", () => {
  test.each([
    ["", 20_000],
    ["?timeout_ms=0", 0],
    ["?timeout_ms=1500", 1500],
    ["?timeout_ms=60000", 60_000],
    ["?timeout_ms=60001", 60_000],
    ["?timeout_ms=99999999999999999999999", 60_000],
    ["?timeout_ms=%31%30", 10],
    ["?timeout_ms=1&timeout_ms=2", 1],
  ])("A request with the query %j waits %i ms", (query, expectedMs) => {
    expect(timeoutOf(parseQuery(`/path${query}`))).toBe(expectedMs);
  });
});
