import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { files, listFiles, PROJECT, SOURCE } from "./support/source-imports.ts";

const MAX_LINES = 250;
/** One file for one module of Synapse: a reader looks for an error among the errors, however many there are. */
const MAY_BE_LONGER = new Set(
  ["errors", "types", "constants"].map((name) => `python-shim/media_bridge_shim/api/vocabulary/${name}.py`),
);

test("No source file is longer than 250 lines, but for the tables of names that Synapse has in one module", () => {
  const paths = [...listFiles(SOURCE, [".ts"]), ...listFiles(join(PROJECT, "python-shim"), [".py"])];
  const long = paths.filter((path) => readFileSync(path, "utf8").trimEnd().split("\n").length > MAX_LINES);
  expect(new Set(long.map((path) => relative(PROJECT, path)))).toEqual(MAY_BE_LONGER);
});

test("Members are private by # alone", () => {
  const wrong = files.filter((file) => /^\s+private (?!constructor)/m.test(readFileSync(join(SOURCE, file), "utf8")));
  expect(wrong).toEqual([]);
});
