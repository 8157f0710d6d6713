import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { z } from "zod";
import { hideInThrown } from "../../../src/modules/hiding/hidden-errors.ts";
import { hideValues } from "../../../src/modules/hiding/hidden-values.ts";

const VectorSchema = z.strictObject({ name: z.string(), config: z.unknown(), text: z.string(), hidden: z.string() });
/** The Python side's test is test/python-shim/loading/test_hidden_values.py. */
const VECTORS = z
  .array(VectorSchema)
  .parse(JSON.parse(readFileSync(new URL("../../fixtures/hidden-values.json", import.meta.url), "utf8")));

test.each(VECTORS)("An error of a TypeScript module hides configured values: $name", ({ config, text, hidden }) => {
  expect(hideValues(text, config)).toBe(hidden);
});

test("a text of many values takes one look at the text for each", () => {
  const config = Array.from({ length: 2000 }, (_, number) => `value number ${number}`);
  expect(hideValues(config.join("\n"), config)).toBe(config.map(() => "<value>").join("\n"));
});

test("values are hidden everywhere in what was thrown: causes, stacks, joined errors and members", () => {
  const config = { password: "hunter22" };
  const inner = Object.assign(new TypeError("hunter22 is wrong"), { code: "E_HUNTER", config: { auth: "hunter22" } });
  const joined = new AggregateError([inner, "hunter22"], "all of hunter22 failed", { cause: { password: "hunter22" } });
  const thrown = new Error("cannot log in with hunter22", { cause: joined });
  const hidden = hideInThrown(thrown, config);
  expect(everythingIn(hidden)).not.toContain("hunter22");
  expect(hidden).toMatchObject({
    message: "cannot log in with <value>",
    cause: { message: "all of <value> failed", errors: [{ message: "<value> is wrong", code: "E_HUNTER" }, "<value>"] },
  });
  expect((hidden as Error).stack).toMatch(/^Error: cannot log in with <value>\n +at .*hidden-values\.test\.ts:\d+/);
});

test("an error that is its own cause, and one whose members throw, are hidden as well", () => {
  const own = new Error("round hunter22");
  own.cause = own;
  expect(everythingIn(hideInThrown(own, ["hunter22"]))).not.toContain("hunter22");
  const hostile = Object.defineProperty(new Error("x"), "message", {
    get() {
      throw new Error("hunter22");
    },
  });
  expect(everythingIn(hideInThrown(hostile, ["hunter22"]))).not.toContain("hunter22");
});

function everythingIn(value: unknown, seen = new Set<unknown>()): string {
  if (typeof value !== "object" || value === null) return String(value);
  if (seen.has(value)) return "";
  seen.add(value);
  return Reflect.ownKeys(value)
    .map((key) => `${String(key)}: ${everythingIn(Reflect.get(value, key), seen)}`)
    .join("\n");
}
