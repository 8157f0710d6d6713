import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));
const MARKED = /<!-- from (?<source>[^ ]+) -->\n```\w+\n(?<code>[^]*?)```/g;
const documents = [
  "README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  ...readdirSync(join(PROJECT, "docs"))
    .filter((name) => /\.(?:md|yaml)$/.test(name))
    .map((name) => `docs/${name}`),
];

test.each(documents)("Code in %s is the code of the example that it names", (name) => {
  const text = readFileSync(join(PROJECT, name), "utf8");
  for (const { groups } of text.matchAll(MARKED)) {
    expect(groups?.["code"]).toBe(readFileSync(join(PROJECT, groups?.["source"] ?? ""), "utf8"));
  }
});

test("The README shows a module of each language", () => {
  const text = readFileSync(join(PROJECT, "README.md"), "utf8");
  expect([...text.matchAll(MARKED)].map(({ groups }) => groups?.["source"])).toEqual([
    expect.stringMatching(/\.py$/),
    expect.stringMatching(/\.ts$/),
  ]);
});

test("The README is at most 150 lines long", () => {
  expect(readFileSync(join(PROJECT, "README.md"), "utf8").trimEnd().split("\n").length).toBeLessThanOrEqual(150);
});

test("The index of the documents links every document", () => {
  const index = readFileSync(join(PROJECT, "docs/README.md"), "utf8");
  const names = readdirSync(join(PROJECT, "docs")).filter((name) => name !== "README.md" && name !== "images");
  expect(names.filter((name) => !index.includes(`](${name})`))).toEqual([]);
});

test("Every configuration that a README of the examples names is there", () => {
  for (const name of exampleDocuments()) {
    const text = readFileSync(join(PROJECT, name), "utf8");
    for (const [path = ""] of text.matchAll(/examples\/[a-z-]+\/[a-z-]+\.(?:yaml|conf)/g)) {
      expect(readFileSync(join(PROJECT, path), "utf8")).not.toBe("");
    }
  }
});

function exampleDocuments(): string[] {
  return readdirSync(join(PROJECT, "examples")).map((folder) => `examples/${folder}/README.md`);
}
