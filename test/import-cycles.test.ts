import { expect, test } from "vitest";
import { files, findSpecifiers, imports } from "./support/source-imports.ts";

// The rule import/no-cycle does not follow `import()`.
test("No file imports itself by way of others", () => {
  const graph = new Map(files.map((file) => [file, targetsOf(file)]));
  expect(findCycles(graph)).toEqual([]);
});

test("The reader of imports sees every form of them", () => {
  const forms = [
    'import { a } from "./a.ts";',
    'import type { B } from "./b.ts";',
    'import {\n  c,\n  d,\n} from "./c.ts";',
    'export { e } from "./e.ts";',
    'export type { F } from "./f.ts";',
    'import "./g.ts";',
    'const h = await import("./h.ts");',
    'export * from "./i.ts";',
  ];
  expect(findSpecifiers(forms.join("\n")).map(({ specifier }) => specifier)).toEqual([
    "./a.ts",
    "./b.ts",
    "./c.ts",
    "./e.ts",
    "./f.ts",
    "./g.ts",
    "./h.ts",
    "./i.ts",
  ]);
});

test("The finder of cycles finds one", () => {
  const graph = new Map([
    ["a", ["b"]],
    ["b", ["c"]],
    ["c", ["b"]],
  ]);
  expect(findCycles(graph)).toEqual(["b → c → b"]);
});

/** What a file needs when it is loaded: types are gone by then. */
function targetsOf(file: string): string[] {
  return imports.flatMap((entry) =>
    entry.file === file && entry.target !== undefined && !entry.typeOnly ? [entry.target] : [],
  );
}

function findCycles(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (node: string, path: readonly string[]) => {
    if (path.includes(node)) {
      cycles.push([...path.slice(path.indexOf(node)), node].join(" → "));
      return;
    }
    if (done.has(node)) return;
    for (const next of graph.get(node) ?? []) visit(next, [...path, node]);
    done.add(node);
  };
  for (const node of graph.keys()) visit(node, []);
  return cycles;
}
