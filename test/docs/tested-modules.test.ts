import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const page = readProjectFile("docs/tested-modules.md");

test("The page of tested modules names each package that the tests install, in the version that they install", () => {
  const packages = readProjectFile("test/public-modules/packages.txt").matchAll(/^([\w-]+)==(\S+)$/gm);
  const rows = [...packages].map(([, name, version]) => `| [${name}](#${name}) | ${version} |`);
  expect(rows).not.toEqual([]);
  for (const row of rows) expect(page).toContain(row);
});

test("Every module that the page of tested modules lists has a section with its configuration or its fault", () => {
  const listed = [...page.matchAll(/^\| \[[^\]]+\]\(#([\w-]+)\)/gm)].map(([, name]) => name);
  const sections = [...page.matchAll(/^## ([\w-]+)\n/gm)].map(([, name]) => name);
  expect(listed.length).toBeGreaterThan(10);
  expect(sections).toEqual(expect.arrayContaining(listed.filter((name) => !name?.startsWith("modules-"))));
});

function readProjectFile(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
}
