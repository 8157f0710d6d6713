import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { loadFailing, loadText, withRequired } from "../folder.ts";

function pythonJson(config: string): string {
  const [module] = loadText(`modules:\n  - module: a.B\n    config:\n${config.replaceAll(/^/gm, "      ")}`).config
    .modules;
  return module?.language === "python" ? module.configJson : "";
}

function typescriptConfig(config: string): unknown {
  const entry = `modules:\n  - typescript: pkg\n    config:\n${config.replaceAll(/^/gm, "      ")}`;
  const [module] = loadText(entry).config.modules;
  return module?.language === "typescript" ? module.config : undefined;
}

describe("a Python module's configuration reaches Python exactly", () => {
  test.each([
    [
      "integers of any size",
      "a: 9007199254740993\nb: -123456789012345678901234567890",
      '{"a":9007199254740993,"b":-123456789012345678901234567890}',
    ],
    [
      "octal, hexadecimal, binary and base 60",
      "a: 010\nb: 0x1F\nc: 0b11\nd: 1:30\ne: 1_000",
      '{"a":8,"b":31,"c":3,"d":90,"e":1000}',
    ],
    [
      "floats that stay floats",
      "a: 3.0\nb: 1.5\nc: -0.0\nd: 1.0e+20\ne: 1.0e+300",
      '{"a":3.0,"b":1.5,"c":-0.0,"d":100000000000000000000.0,"e":1e+300}',
    ],
    [
      "what is not a float in PyYAML",
      "a: 1e3\nb: 1.5e3\nc: 0o17\nd: 08",
      '{"a":"1e3","b":"1.5e3","c":"0o17","d":"08"}',
    ],
    ["NaN and infinities", "a: .nan\nb: .inf\nc: -.INF", '{"a":NaN,"b":Infinity,"c":-Infinity}'],
    ["booleans of YAML 1.1", "a: yes\nb: Off\nc: y\nd: 'no'", '{"a":true,"b":false,"c":"y","d":"no"}'],
    ["nothing", "a:\nb: ~\nc: null\nd: ''", '{"a":null,"b":null,"c":null,"d":""}'],
    ["tags", "a: !!str 12\nb: !!float 3\nc: !!int 0x10", '{"a":"12","b":3.0,"c":16}'],
    [
      "merge keys, of which the nearer one wins",
      "base: &b {x: 1, y: 2}\nm: {y: 3, <<: *b}",
      '{"base":{"x":1,"y":2},"m":{"x":1,"y":3}}',
    ],
    [
      "merges of several",
      "a: &a {x: 1}\nb: &b {x: 2, y: 2}\nm: {<<: [*a, *b]}",
      '{"a":{"x":1},"b":{"x":2,"y":2},"m":{"x":1,"y":2}}',
    ],
    ["keys of any name", "__proto__: 1\n'<<': 2\n'1': 3", '{"__proto__":1,"<<":2,"1":3}'],
    [
      "keys that are not text",
      "1: a\n'1': b\nno: [{2.5: c, ~: d}]",
      '{"!map":[[1,"a"],["1","b"],[false,[{"!map":[[2.5,"c"],[null,"d"]]}]]]}',
    ],
    [
      "merges of them, of which the first one's key stays",
      "a: &a {1: x, 2: y}\nm: {<<: *a, 1.0: z}",
      '{"a":{"!map":[[1,"x"],[2,"y"]]},"m":{"!map":[[1,"z"],[2,"y"]]}}',
    ],
    ["keys that look like what JSON cannot say", "'!date': x", '{"!map":[["!date","x"]]}'],
    [
      "dates and times",
      "a: 2024-01-02\nb: 2024-1-2 3:04:05.5 Z\n2024-01-02: c",
      '{"!map":[["a",{"!date":"2024-01-02"}],["b",{"!datetime":"2024-01-02T03:04:05.500000+00:00"}],[{"!date":"2024-01-02"},"c"]]}',
    ],
    ["text of any kind", 'a: "\\u0000\\"é\\U0001F600"\nb: |\n  x\n  y', String.raw`{"a":"\u0000\"é😀","b":"x\ny\n"}`],
    ["lists and mappings", "a: [1, {b: []}, {}]", '{"a":[1,{"b":[]},{}]}'],
  ])("%s", (_name, config, json) => {
    expect(pythonJson(config)).toBe(json);
  });

  test.each(["{}", "", "null", "[]", "0", "''", "false"])("%j is an empty mapping, as in Synapse", (config) => {
    expect(loadText(`modules: [{module: a.B, config: ${config}}]`).config.modules[0]).toMatchObject({
      configJson: "{}",
    });
  });

  test("no config at all is an empty mapping", () => {
    expect(loadText("modules: [{module: a.B}]").config.modules[0]).toMatchObject({ configJson: "{}" });
  });

  test.each(["1: x\n1.0: y", "true: x\n0x1: y", "~: x\nnull: y", "2024-01-02: x\n2024-01-02: y", "'1': x\n\"1\": y"])(
    "keys that are one in Python are refused: %j",
    (config) => {
      expect(() => pythonJson(config)).toThrow("this key is given twice in the same mapping");
    },
  );
});

describe("a TypeScript module's configuration", () => {
  test("is plain data, with bigint beyond 2^53", () => {
    expect(typescriptConfig("a: 9007199254740993\nb: 3.0\nc: [yes, ~]\nd: 2024-01-02")).toEqual({
      a: 9_007_199_254_740_993n,
      b: 3,
      c: [true, null],
      d: "2024-01-02",
    });
  });

  test.each(["{1: x}", "{a: [{on: x}]}", "{m: {<<: {2: y}}}"])("has no keys other than text: %s", (config) => {
    const file = withRequired(`modules:\n  - typescript: pkg\n    config: ${config}`);
    expect(loadFailing({ "c.yaml": file })).toMatch(/^c\.yaml:4: modules\[0\]\.config: expected keys that are text/);
  });

  test("has timestamps as text in Python's ISO form, with a warning", () => {
    const entry = "{typescript: pkg, config: {a: 2024-01-02, b: 2024-1-2 3:04:05.5 Z}}";
    const { config, warnings } = loadText(`modules: [${entry}, {module: a.B, config: {a: 2024-01-02}}]`);
    expect(config.modules[0]).toMatchObject({
      config: { a: "2024-01-02", b: "2024-01-02T03:04:05.500000+00:00" },
    });
    expect(warnings).toEqual([
      expect.stringMatching(/c\.yaml:2: modules\[0\]\.config: a timestamp reaches the module as text$/),
    ]);
  });

  test("may hold a key named __proto__ without harm", () => {
    const config = typescriptConfig("__proto__: {admin: true}");
    expect(Object.keys(config ?? {})).toEqual(["__proto__"]);
    expect(config).not.toHaveProperty("admin");
  });

  test("is an empty mapping where the entry has none", () => {
    expect(loadText("modules: [{typescript: pkg}]").config.modules[0]).toMatchObject({ config: {} });
  });
});

test("a TypeScript module is a path relative to its file, or a package as it is", () => {
  const entries = ["./a.ts", "../b.ts", "/c.ts", "@scope/pkg", "pkg/sub", ".hidden"];
  const { config, folder } = loadText(`modules:\n${entries.map((entry) => `  - typescript: "${entry}"\n`).join("")}`);
  expect(config.modules.map((module) => module.language === "typescript" && module.specifier)).toEqual([
    join(folder, "a.ts"),
    resolve(folder, "../b.ts"),
    "/c.ts",
    "@scope/pkg",
    "pkg/sub",
    ".hidden",
  ]);
  expect(config.modules[3]).toMatchObject({ from: folder });
});

test("media_bridge.modules is used in place of modules, both languages in one order", () => {
  const { config } = loadText(
    "modules: [{module: old.One}]",
    "  modules:\n    - {module: a.B, config: {x: 1.0}}\n    - {typescript: pkg}\n    - {module: c.D}\n",
  );
  expect(config.modules).toMatchObject([
    { index: 0, language: "python", module: "a.B", configJson: '{"x":1.0}' },
    { index: 1, language: "typescript", specifier: "pkg" },
    { index: 2, language: "python", module: "c.D", configJson: "{}" },
  ]);
  expect(loadText("modules: [{module: old.One}]", "  modules: []\n").config.modules).toEqual([]);
  expect(loadText("modules:").config.modules).toEqual([]);
});
