import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { findHeadings, findLinks } from "./markdown.ts";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));
/** Every document of the project, wherever it lies. `templates` are documents of other projects. */
const documents = globSync(["*.md", "{docs,examples,python-shim,bench,faults,scripts}/**/*.md"], {
  cwd: PROJECT,
  exclude: (path) => /(?:^|\/)(?:node_modules|\.\w+)$/.test(path),
}).toSorted();

test("The documents whose links are checked are those of the project, the docs and the examples", () => {
  for (const path of [
    "README.md",
    "CONTRIBUTING.md",
    "docs/README.md",
    "examples/guard/README.md",
    "python-shim/README.md",
  ]) {
    expect(documents).toContain(path);
  }
});

test.each(documents)(
  "Every link of %s leads to a file that is there and, where it has an anchor, to a heading of it",
  (path) => {
    const text = readFileSync(join(PROJECT, path), "utf8");
    expect(findLinks(text).filter((target) => !leadsSomewhere(path, target))).toEqual([]);
  },
);

test("A link to a file or a heading that is not there is found", () => {
  expect(leadsSomewhere("docs/README.md", "nowhere.md")).toBe(false);
  expect(leadsSomewhere("docs/README.md", "writing-modules.md#the-chain")).toBe(true);
  expect(leadsSomewhere("docs/README.md", "writing-modules.md#no-such-heading")).toBe(false);
  expect(leadsSomewhere("docs/README.md", "../src")).toBe(true);
});

test("Links of every form are seen, and none in code", () => {
  const text =
    '[a](a.md) ![b](b.png "title") [c][ref] <https://example.com> `[d](d.md)`\n\n[ref]: c.md#x\n\n```md\n[e](e.md)\n```\n';
  expect(findLinks(text)).toEqual(["a.md", "b.png", "c.md#x"]);
});

test("Headings have the anchors that GitHub gives them, a number where one is there again", () => {
  const text =
    '# A `b`, c!\n## [Link](x.md) to_it\n## Twice\n## Twice\n```sh\n# not a heading\n```\n<a id="own"></a>\n';
  expect(findHeadings(text)).toEqual(["a-b-c", "link-to_it", "twice", "twice-1", "own"]);
});

function leadsSomewhere(document: string, target: string): boolean {
  const [path = "", anchor] = decodeURIComponent(target).split("#");
  const linked = path === "" ? join(PROJECT, document) : join(PROJECT, dirname(document), path);
  if (!existsSync(linked)) return false;
  return anchor === undefined || findHeadings(readFileSync(linked, "utf8")).includes(anchor);
}
