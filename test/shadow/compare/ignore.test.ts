import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Difference, IgnoreRule, loadIgnore } from "../../../src/shadow/compare/ignore.ts";
import { CONTINUE, stop } from "./answers.ts";

const DIFFERENCE: Difference = {
  callback: "is_user_allowed_to_upload_media_of_size",
  args: ["@a:example.test", 10],
  original: CONTINUE,
  candidate: stop(),
};

let folder: string;
let reports: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ignore-"));
  reports = [];
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function loadText(text: string): Promise<IgnoreRule> {
  const specifier = join(folder, "ignore.ts");
  writeFileSync(specifier, text);
  const file = { index: 0, specifier, from: folder, key: "modules[0].shadow.ignore" };
  const ignore = await loadIgnore(file, { cacheFolder: undefined, generation: 1 });
  return new IgnoreRule(ignore, (message) => reports.push(message));
}

test("The file's default export is asked with the callback, its arguments and both answers", async () => {
  const rule = await loadText(`
    import type { IgnoreDifference } from "synapse-media-bridge";
    export default ((callback, args, original, candidate) =>
      callback === "is_user_allowed_to_upload_media_of_size" && args[1] === 10 &&
      original.outcome === "continue" && candidate.outcome === "stop") satisfies IgnoreDifference;
  `);
  expect(rule.ignores(DIFFERENCE)).toBe(true);
  expect(rule.ignores({ ...DIFFERENCE, args: ["@a:example.test", 11] })).toBe(false);
  expect(reports).toEqual([]);
});

test.each([
  ["throws", "throw new TypeError('no such member')", "TypeError: no such member"],
  ["throws what is not an error", "throw null", "it threw object"],
  [
    "throws what cannot be read",
    "throw new (class extends Error { get name() { throw 1 } })()",
    "an error that cannot",
  ],
  ["answers a promise", "return Promise.resolve(true)", "it answered object where true or false is due"],
  ["answers nothing", "return", "it answered undefined where true or false is due"],
])("One that %s ignores nothing, and is reported once", async (_, body, words) => {
  const rule = await loadText(`export default (): any => { ${body} };`);
  expect([rule.ignores(DIFFERENCE), rule.ignores(DIFFERENCE)]).toEqual([false, false]);
  expect(reports).toHaveLength(1);
  expect(reports[0]).toContain(words);
  expect(rule.failures).toBe(2);
});

test("A file that exports no function is refused with the key that names it", async () => {
  await expect(loadText("export const ignore = () => true;")).rejects.toThrow(
    /modules\[0\]\.shadow\.ignore .*has no function as its default export/,
  );
});

test("A file that does not exist is refused with the key that names it", async () => {
  const file = { index: 0, specifier: join(folder, "no.ts"), from: folder, key: "modules[0].shadow.ignore" };
  await expect(loadIgnore(file, { cacheFolder: undefined, generation: 1 })).rejects.toThrow(
    /modules\[0\]\.shadow\.ignore .*no such file/,
  );
});
