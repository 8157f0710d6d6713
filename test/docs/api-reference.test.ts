import { readFileSync } from "node:fs";
import * as modules from "synapse-media-bridge";
import * as service from "synapse-media-bridge/service";
import * as testing from "synapse-media-bridge/testing";
import { expect, test } from "vitest";
import { hashDeclarations } from "../../scripts/api-reference/declarations.ts";

const FOLDER = new URL("../../docs/api/", import.meta.url);
const read = (name: string) => readFileSync(new URL(name, FOLDER), "utf8");

test("The API reference is made from the declarations as the build writes them: npm run docs:api makes it again", () => {
  const made = /from declarations (?<hash>\w+) -->/.exec(read("README.md"))?.groups?.["hash"];
  expect(made).toBe(hashDeclarations());
});

test.each([
  { file: "index.md", names: Object.keys(modules) },
  { file: "service.md", names: Object.keys(service) },
  { file: "testing.md", names: Object.keys(testing) },
])("$file of the API reference has a section for everything that is exported", ({ file, names }) => {
  const headings = read(file)
    .split("\n")
    .filter((line) => line.startsWith("#"))
    .join("\n");
  expect(names.filter((name) => !new RegExp(`^#+ .*${name.replaceAll("_", "\\\\?_")}\\b`, "m").test(headings))).toEqual(
    [],
  );
});
