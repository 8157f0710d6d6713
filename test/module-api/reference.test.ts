import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { MEMBERS, type Row } from "./members.ts";
import { renderReference } from "./reference.ts";

const FILE = join(import.meta.dirname, "../../docs/module-api.md");

test("docs/module-api.md is what the list says (UPDATE_DOCS=1 writes it)", () => {
  const reference = renderReference();
  if (process.env["UPDATE_DOCS"] === "1") writeFileSync(FILE, reference);
  expect(readFileSync(FILE, "utf8")).toBe(reference);
});

test("Every name is in the list once, in order", () => {
  const { release: _release, foreign, ...tables } = MEMBERS;
  const names = [foreign, ...Object.values(tables).map((rows: readonly Row[]) => rows.map(({ name }) => name))];
  for (const listed of names) expect(listed).toEqual([...new Set(listed)].toSorted());
});

test("All members of Synapse's ModuleApi are there: 67, and one that its instances have", () => {
  expect(MEMBERS.ModuleApi).toHaveLength(68);
  expect(MEMBERS.ModuleApi.filter(({ name }) => /^register_\w+_callbacks$/.test(name))).toHaveLength(11);
});
