import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { testPython } from "../../support/python.ts";
import { loadText } from "../folder.ts";

/** Prints, for each pair of YAML and what the host makes of it, what PyYAML reads and what a module gets. */
const COMPARE = `
import json, sys, yaml
from media_bridge_shim.loading.config_text import read_config
pairs = json.load(sys.stdin)
json.dump([[repr(yaml.safe_load(text)), repr(read_config(sent))] for text, sent in pairs], sys.stdout)
`;
const SHIM = fileURLToPath(new URL("../../../python-shim", import.meta.url));

const SCALARS = [
  "0|-0|+1|007|0o7|08|1_000|0x1F|-0x1f|0b101|1:30|190:20:30|-1:30|24:00|123456789012345678901234567890",
  "1.5|-1.5|.5|+.5|5.|1.|1e3|1.0e+3|1.5e3|1.5E-7|1_0.5|1:30.5|.inf|-.INF|+.Inf|1.0e+400|1.2.3|1-2-3",
  "true|True|TRUE|tRUE|yes|No|on|OFF|y|n|~|null|Null|nULL|''|'1'|\"yes\"|a b|a:b|-a|=x|é😀|0x|0b2|.|_1",
  "!!str yes|!!str 1|!!str 2024-01-02|!!int 0x10|!!float 3|!!float 1.5|!!bool on|!!null ~",
  "2024-01-02|2024-1-2|2024-02-29|0001-01-01|9999-12-31|2024-01-02T03:04:05Z|2024-01-02t03:04:05.1234567",
  "2024-1-2 3:04:05|2024-01-02 03:04|2024-01-02 03:04:05 -5|2024-01-02 03:04:05 +05:30|2024-01-02 03:04:05.000 -0:00",
  "2024-01-02 03:04:05 +5:75|2024-01-02 03:04:05 -23:59",
].flatMap((line) => line.split("|"));
const WHOLE = [
  "{1: a, '1': b, 2.5: c, true_: d, ~: e, 2024-01-02: f, 2024-01-02 03:04:05: g, .inf: h, -1: i, no: {yes: off}}",
  "{0: a, '0': b, '!map': [[1, 2]], '!date': x, nested: {'!datetime': y, '!': z}}",
  "{a: &a {1: x, y: z}, b: {<<: *a, true: w}, c: {1.0: v, <<: [{2: u, y: t}, *a]}}",
  "{__proto__: 1, constructor: {__proto__: {toString: 2}}, '': '', null: null}",
  "[{1: [{2: [{3: }]}]}, {}, [], [[]]]",
];

test("A Python module gets what PyYAML reads, keys and types included", () => {
  const texts = [...SCALARS.flatMap((scalar) => [`[${scalar}]`, `{k: ${scalar}}`, `{? ${scalar} : v}`]), ...WHOLE];
  const pairs = texts.map((text) => {
    const [module] = loadText(`modules: [{module: a.B, config: ${text}}]`).config.modules;
    return [text, module?.language === "python" ? module.configJson : ""];
  });
  const environment = { PYTHONPATH: SHIM, PYTHONDONTWRITEBYTECODE: "1", PYTHONUTF8: "1" };
  const output = execFileSync(testPython(), ["-c", COMPARE], { input: JSON.stringify(pairs), env: environment });
  const compared = JSON.parse(output.toString()) as [pyyaml: string, ours: string][];
  const withText = (side: 0 | 1) => compared.map((pair, index) => `${texts[index]} is ${pair[side]}`);
  expect(withText(1)).toEqual(withText(0));
  expect(compared.length).toBeGreaterThan(200);
});

test.each(["2024-02-30", "0000-01-01", "2024-01-02 03:04:05 +24:00", "2024-01-02 24:00:00", "2024-01-02 03:04:60"])(
  "What PyYAML cannot read is refused: %s",
  (text) => {
    expect(() => loadText(`modules: [{module: a.B, config: {a: ${text}}}]`)).toThrow("not of the form of its type");
  },
);
