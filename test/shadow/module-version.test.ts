import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { describeVersion } from "../../src/shadow/run/module-version.ts";

function createFolder(): (name: string, text: string) => string {
  const folder = mkdtempSync(join(tmpdir(), "media-bridge-version-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "lib"));
  return (name, text) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
}

const typescript = (file: string, config: unknown = {}) =>
  describeVersion({ index: 0, language: "typescript", specifier: file, from: "/", config }, "it", file);
const python = (file: string, configJson = "{}") =>
  describeVersion({ index: 0, language: "python", module: "a.B", configJson }, "a.B", file);

test("A module is another one where a file of it, or its configuration, has changed", () => {
  const write = createFolder();
  const file = write("module.ts", "1");
  write("lib/helper.ts", "1");
  write("notes.txt", "1");
  const before = typescript(file, { max: 2n ** 60n });
  write("notes.txt", "2");
  expect(typescript(file, { max: 2n ** 60n })).toEqual(before);
  expect(typescript(file, { max: 2n ** 60n + 1n }).configHash).not.toBe(before.configHash);
  write("lib/helper.ts", "2");
  expect(typescript(file).filesHash).not.toBe(before.filesHash);
});

test("A Python file is a module by itself, and a package with all of its files", () => {
  const write = createFolder();
  const file = write("module.py", "1");
  write("other.py", "1");
  const alone = python(file);
  write("other.py", "2");
  expect(python(file)).toEqual(alone);
  write("__init__.py", "");
  const whole = python(file);
  write("lib/deep.py", "1");
  expect(python(file).filesHash).not.toBe(whole.filesHash);
});
