import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ShadowConfig } from "../../../src/config/config.ts";
import { loadFailing, loadText, withRequired } from "../folder.ts";

function shadowOf(shadow: string, module = "module: a.B"): { shadow: ShadowConfig | undefined; folder: string } {
  const { config, folder } = loadText(
    `modules:\n  - ${module}\n    config: {max: 9007199254740993}\n    shadow: ${shadow}`,
  );
  return { shadow: config.modules[0]?.shadow, folder };
}

function mistake(shadow: string): string {
  return loadFailing({ "c.yaml": withRequired("", `  modules:\n    - module: a.B\n      shadow: ${shadow}`) });
}

test("A shadow has the module's place and configuration, is asked everything, and decides nothing", () => {
  const { shadow, folder } = shadowOf("{typescript: ./limits.ts}");
  expect(shadow).toEqual({
    candidate: {
      index: 0,
      language: "typescript",
      specifier: join(folder, "limits.ts"),
      from: folder,
      config: { max: 9007199254740993n },
      key: "modules[0].shadow",
    },
    sample: 1,
    decide: 0,
    required: false,
    ignore: undefined,
  });
});

test("The configuration of a TypeScript module reaches a Python candidate exactly", () => {
  const { shadow } = shadowOf("{module: c.D}", "typescript: pkg");
  expect(shadow?.candidate).toMatchObject({
    index: 0,
    language: "python",
    module: "c.D",
    configJson: '{"max":9007199254740993}',
  });
});

test("A shadow's own configuration takes the place of the module's", () => {
  const { shadow, folder } = shadowOf(
    "{module: c.D, config: {x: 1}, sample: 12.5%, decide: 10%, required: true, ignore: ./ignore.ts}",
  );
  expect(shadow).toEqual({
    candidate: { index: 0, language: "python", module: "c.D", configJson: '{"x":1}', key: "modules[0].shadow" },
    sample: 0.125,
    decide: 0.1,
    required: true,
    ignore: join(folder, "ignore.ts"),
  });
});

describe("mistakes name the place and what is expected", () => {
  const share = "a percentage from 0% to 100%, such as 12.5%";
  test.each([
    ["{module: c.D, sample: 101%}", `shadow.sample: expected ${share}, found the text \`101%\``],
    ["{module: c.D, decide: -1%}", `shadow.decide: expected ${share}, found the text \`-1%\``],
    ["{module: c.D, decide: 10}", `shadow.decide: expected ${share}, found \`10\``],
    ["{module: c.D, sample: all}", `shadow.sample: expected ${share}, found text`],
    ["{module: c.D, smaple: 1%}", "shadow.smaple: unknown key, did you mean sample?"],
    [
      "{module: c.D, typescript: ./a.ts}",
      "shadow: expected a mapping with either module or typescript, found module and typescript",
    ],
    ["{sample: 1%}", "shadow: expected a mapping with either module or typescript, found none of them"],
    ["{module: nodots}", "shadow.module: expected the dotted path of a Python class"],
    ["./limits.ts", "shadow: expected a mapping, found text"],
  ])("%s", (shadow, message) => {
    expect(mistake(shadow)).toContain(`media_bridge.modules[0].${message}`);
  });

  test("a key that is not text, for a TypeScript candidate of a Python module", () => {
    const text = "  modules:\n    - module: a.B\n      config: {1: x}\n      shadow: {typescript: ./a.ts}";
    expect(loadFailing({ "c.yaml": withRequired("", text) })).toContain("media_bridge.modules[0].config");
  });
});
