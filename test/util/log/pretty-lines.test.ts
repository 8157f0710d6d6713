import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { createLogger, type Level } from "../../../src/util/log.ts";
import { BatchedOutput } from "../../../src/util/log/batched-output.ts";
import { createPrettyFormat } from "../../../src/util/log/pretty-lines.ts";

/** What a terminal gets of one call of the log. */
function show(facts: object, message: string, options: { colorize?: boolean; level?: Level } = {}): string {
  const { colorize = false, level = "error" } = options;
  let text = "";
  const destination = {
    write: (lines: string) => (text += lines),
    takeLost: () => undefined,
    drain: async () => undefined,
  };
  const output = new BatchedOutput(destination, createPrettyFormat(colorize));
  createLogger("info", output)[level](facts, message);
  void output.drain(0);
  return text.replace(/^\S*\[\d\d:\d\d:\d\d\.\d\d\d\]/, "[time]");
}

test("A line has time, level, message and facts", () => {
  const facts = {
    request: 7,
    method: "POST",
    route: "upload",
    status: 413,
    ms: 3.2,
    errcode: "M_TOO_LARGE",
    user: "@alice:example.test",
  };
  expect(show(facts, "request", { level: "info" })).toBe(
    "[time] INFO: request  request=7 method=POST route=upload status=413 ms=3.2 errcode=M_TOO_LARGE user=@alice:example.test\n",
  );
});

test("Facts are single words: addresses, lists and what lies within another fact as well, and long ones are cut", () => {
  const address = { address: "::1", family: "IPv6", port: 8800 };
  expect(
    show({ address, changed: ["/a.py", "/b.py"], limit: { maxBytes: 5, setting: "two words" }, none: null }, "it"),
  ).toBe(
    '[time] ERROR: it  address=[::1]:8800 changed=/a.py,/b.py limit.maxBytes=5 limit.setting="two words" none=null\n',
  );
  expect(show({ long: "x".repeat(5_000) }, "it").length).toBeLessThan(300);
});

test("A request that has a name is not shown its number as well", () => {
  expect(show({ request: 7, requestId: "k3-7" }, "it")).toBe("[time] ERROR: it  requestId=k3-7\n");
});

test("Nothing that a module or a client says reaches the terminal as a command", () => {
  const evil = "\u001b]0;owned\u0007\r\u009b2J\u202e";
  const err = Object.assign(new Error(evil), { stack: `Error: ${evil}\n    at ${evil} (/x.ts:1:1)` });
  const shown = show({ [evil]: evil, err, python: { traceback: evil, logger: evil } }, evil);
  // oxlint-disable-next-line no-control-regex
  expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  expect(shown).toContain("\\x1b]0;owned\\x07\\x0d\\x9b2J\\u202e");
});

test("Colours are there where they are asked for, and only mark what is there without them", () => {
  const plain = show({ status: 500, code: "STORE_FAILED" }, "request");
  const colourful = show({ status: 500, code: "STORE_FAILED" }, "request", { colorize: true });
  // oxlint-disable-next-line no-control-regex
  expect(plain).not.toMatch(/\u001b/);
  expect(colourful).toContain("\u001b[31mERROR\u001b[39m");
  expect(colourful).toContain("\u001b[31m500\u001b[39m");
  expect(stripVTControlCharacters(colourful)).toBe(plain);
});

test("Several lines of a message are told from the lines of others by their indentation", () => {
  expect(show({}, "one\ntwo\n")).toBe("[time] ERROR: one\n    two\n");
});
