import { pino } from "pino";
import { expect, test } from "vitest";
import { StartError } from "../../../src/errors.ts";
import { describeError } from "../../../src/util/log/describe-error.ts";

/** As the log writes it. */
const describe = (error: unknown) => describeError(pino.stdSerializers.err(error as Error));

function withStack(error: Error, ...frames: string[]): Error {
  return Object.assign(error, {
    stack: `${error.name}: ${error.message}\n${frames.map((frame) => `    at ${frame}`).join("\n")}`,
  });
}

const RUNTIME = [
  "process.processTicksAndRejections (node:internal/process/task_queues:104:5)",
  "async Promise.all (index 0)",
];
const PACKAGE = "jitiRequire (/srv/node_modules/jiti/dist/jiti.cjs:1:178658)";
const OURS = `load (${new URL("../../../src/modules/load.ts", import.meta.url).pathname}:12:3)`;

test("A module's error is its message and the places in the module's own files, innermost first", () => {
  const thrown = withStack(
    new TypeError("x is not a function"),
    "helper (/srv/lib/text.ts:2:9)",
    "allowed (/srv/it.ts:7:13)",
    PACKAGE,
    OURS,
    ...RUNTIME,
  );
  const failure = withStack(new Error("x is not a function", { cause: thrown }), OURS);
  expect(describe(failure)).toBe(
    "Error: x is not a function\n    at helper (/srv/lib/text.ts:2:9)\n    at allowed (/srv/it.ts:7:13)",
  );
});

test("A cause that says something else is shown too", () => {
  const cause = withStack(new RangeError("out of reach"), OURS);
  expect(describe(withStack(new Error("the store failed", { cause }), OURS))).toBe(
    `Error: the store failed\ncaused by: RangeError: out of reach\n    at ${OURS}`,
  );
});

test("An error for the operator has no stack of the service's own", () => {
  const error = withStack(
    new StartError("CONFIG", "media-bridge.yaml:3 media_bridge.lisen: unknown key"),
    OURS,
    ...RUNTIME,
  );
  expect(describe(error)).toBe("media-bridge.yaml:3 media_bridge.lisen: unknown key");
});

test("A place that the message names is not said twice", () => {
  const cause = withStack(new TypeError("no"), "Object.setup (/srv/it.ts:6:17)", OURS);
  const message = "module 2 (typescript: /srv/it.ts) cannot be set up: TypeError: no (at /srv/it.ts:6:17)";
  expect(describe(withStack(new StartError("MODULE", message, { cause }), OURS))).toBe(message);
});

test("A long stack is cut to four places", () => {
  const frames = Array.from({ length: 30 }, (_value, n) => `f${n} (/srv/it.ts:${n + 1}:1)`);
  expect(describe(withStack(new Error("deep"), ...frames)).split("\n")).toHaveLength(5);
});

test.each([
  ["a text", '"a text"'],
  [{ any: 1 }, '{"any":1}'],
  [null, "null"],
  [{ message: "only this" }, "only this"],
])("What is not an error, %j, is shown as it is", (thrown, shown) => expect(describeError(thrown)).toBe(shown));
