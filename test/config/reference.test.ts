import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { renderReference } from "../../src/config/reference.ts";

const FILE = join(import.meta.dirname, "../../docs/configuration.md");

test("docs/configuration.md is what the schema says (UPDATE_DOCS=1 writes it)", () => {
  const reference = renderReference();
  if (process.env["UPDATE_DOCS"] === "1") writeFileSync(FILE, reference);
  expect(readFileSync(FILE, "utf8")).toBe(reference);
});
