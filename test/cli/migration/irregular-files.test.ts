import { execFileSync } from "node:child_process";
import { closeSync, ftruncateSync, mkdirSync, openSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { chooseModule } from "../../../src/cli/migration/module-choice.ts";
import { StartError } from "../../../src/errors.ts";
import { importModule } from "../../../src/modules/typescript/typescript-import.ts";
import { readRecordingHeader } from "../../../src/shadow/recording/read-recording.ts";
import { createTemporaryFolder } from "../../storage/files/temporary-folder.ts";

const TOO_LARGE = 2 ** 31;

const MAKE = {
  "a pipe": (path: string) => execFileSync("mkfifo", [path]),
  "a folder": (path: string) => mkdirSync(path),
  "a link to a device": (path: string) => symlinkSync("/dev/zero", path),
  "2 GB of nothing": (path: string) => {
    const file = openSync(path, "w");
    ftruncateSync(file, TOO_LARGE);
    closeSync(file);
  },
};

type What = keyof typeof MAKE;

function place(what: What, name: string): string {
  const path = join(createTemporaryFolder(), name);
  MAKE[what](path);
  return path;
}

test.each<[What, string]>([
  ["a pipe", " is not a file: name a recording"],
  ["a folder", " is not a file: name a recording"],
  ["a link to a device", " is not a file: name a recording"],
  ["2 GB of nothing", ":1: this is not a recording of questions"],
])("As a recording, %s is refused without reading on", async (what, words) => {
  const path = place(what, "questions.jsonl");
  await expect(readRecordingHeader(path)).rejects.toThrow(`${path}${words}`);
});

test.each<[What, string]>([
  ["a pipe", "this is not a file: name one of TypeScript or JavaScript"],
  ["a folder", "this folder has no index.ts or index.js: name a file"],
  ["a link to a device", "this is not a file: name one of TypeScript or JavaScript"],
  ["2 GB of nothing", "this file has more than 67108864 bytes: name another one"],
])("As a module or an ignore file, %s is refused without reading it", async (what, words) => {
  const specifier = place(what, "it.ts");
  const entry = { index: 0, specifier, from: "/", key: "--ignore", config: undefined };
  await expect(importModule(entry, { cacheFolder: undefined, generation: 1 })).rejects.toThrow(
    new StartError("MODULE", `--ignore (typescript: ${specifier}) cannot be imported: ${words}`),
  );
});

test.each<[What, string]>([
  ["a pipe", "is not a file: name a file, or give JSON"],
  ["a folder", "is not a file: name a file, or give JSON"],
  ["a link to a device", "is not a file: name a file, or give JSON"],
  ["2 GB of nothing", "has more than 16777216 bytes: name another file"],
])("As the configuration of a module, %s is refused without reading it", (what, words) => {
  const text = place(what, "config.yaml");
  expect(() => chooseModule("a.B", { text, option: "--module-config" }, undefined)).toThrow(
    new StartError("CONFIG", `--module-config: ${text} ${words}`),
  );
});

test("The configuration of a module may be a file of YAML, or JSON", () => {
  const path = join(createTemporaryFolder(), "config.yaml");
  writeFileSync(path, "plan: free");
  for (const text of [path, '{"plan":"free"}']) {
    expect(chooseModule("a.B", { text, option: "--module-config" }, undefined)).toMatchObject({
      configJson: '{"plan":"free"}',
    });
  }
});
