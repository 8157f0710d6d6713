import { expect, test } from "vitest";
import { loadFailing, loadText, withRequired } from "../folder.ts";

function modulesOf(topLevel: string, own = ""): object[] {
  return loadText(topLevel, own).config.modules.map((module) => ({ ...module }));
}
const python = (index: number, module: string, configJson: string, more: object) => ({
  index,
  language: "python",
  module,
  configJson,
  ...more,
});
const legacy = (key: string) => ({ key, isLegacySpamChecker: true });

test("A spam checker is a module after those of modules, whatever order the keys have in the file", () => {
  expect(modulesOf("spam_checker: {module: badlist.BadList, config: {sums: [1.0]}}\nmodules: [{module: a.B}]")).toEqual(
    [python(0, "a.B", "{}", {}), python(1, "badlist.BadList", '{"sums":[1.0]}', legacy("spam_checker"))],
  );
});

test("Several spam checkers are a list", () => {
  expect(modulesOf("spam_checker:\n  - module: a.B\n  - {module: c.D, config: {x: 1}, other: 2}")).toEqual([
    python(0, "a.B", "{}", legacy("spam_checker[0]")),
    python(1, "c.D", '{"x":1}', legacy("spam_checker[1]")),
  ]);
});

test.each(["", "~", "[]", "{}", "no", "''", "0"])("spam_checker: %s names none", (value) => {
  const { config, warnings } = loadText(`spam_checker: ${value}`);
  expect([config.modules, warnings]).toEqual([[], []]);
});

test.each([
  ["text", /c\.yaml:2: spam_checker: expected a mapping with a module, or a list of them, found text$/],
  ["[text]", /spam_checker\[0\]: expected a mapping with a module, or a list of them, found text$/],
  ["{config: {}}", /spam_checker\.module: expected the dotted path of a Python class .*, found nothing$/],
  ["[{module: NoDot}]", /spam_checker\[0\]\.module: expected the dotted path of a Python class .*, found text$/],
])("spam_checker: %s is refused", (value, message) => {
  expect(loadFailing({ "c.yaml": withRequired(`spam_checker: ${value}`) })).toMatch(message);
});

test("media_bridge.modules replaces modules and spam_checker together", () => {
  const both = "modules: [{module: a.B}]\nspam_checker: {module: c.D}";
  expect(modulesOf(both, "  modules: [{module: e.F}]")).toEqual([python(0, "e.F", "{}", {})]);
  expect(modulesOf(both, "  modules: []")).toEqual([]);
});
