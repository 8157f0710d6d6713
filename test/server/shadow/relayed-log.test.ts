import { expect, test } from "vitest";
import { relayLog } from "../../../src/server/shadow/relayed-log.ts";

/** How a candidate without types may call it. */
type Untyped = (...given: readonly unknown[]) => void;

function capture(): { readonly lines: [string, object, string][]; readonly warn: Untyped } {
  const lines: [string, object, string][] = [];
  const log = relayLog((...line) => lines.push(line), { module: "m" });
  return { lines, warn: (log as unknown as { readonly warn: Untyped }).warn };
}

test("A candidate may log whatever it likes: that throws nothing, and what is passed on is plain", () => {
  const { lines, warn } = capture();
  const circle: Record<string, unknown> = {};
  circle["self"] = circle;
  warn("a message alone");
  warn({ a: 1 }, "facts");
  warn();
  warn(null, 7);
  warn(circle, "a circle");
  warn({ big: 7n }, "a bigint");
  warn({ get bad() { throw new Error("no"); } }, "a getter that throws"); // prettier-ignore
  warn({ long: "x".repeat(10_000_000) }, "y".repeat(10_000_000));
  expect(lines.slice(0, -1)).toEqual([
    ["warn", { module: "m" }, "a message alone"],
    ["warn", { module: "m", a: 1 }, "facts"],
    ["warn", { module: "m" }, ""],
    ["warn", { module: "m" }, ""],
    ["warn", {}, "a circle"],
    ["warn", {}, "a bigint"],
    ["warn", {}, "a getter that throws"],
  ]);
  expect(JSON.stringify(lines.at(-1)).length).toBeLessThan(6_000);
});

test("Of very many lines 20 a minute are passed on", () => {
  const { lines, warn } = capture();
  for (let left = 1_000; left > 0; left -= 1) warn({}, "line");
  expect(lines).toHaveLength(20);
});
