import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadConfig } from "../../../src/config/load-config.ts";
import { loadFailing, loadText, withRequired, writeFolder } from "../folder.ts";

/** Lists of ten of the list before each. */
const lists = (levels: number, leaf: string) =>
  Array.from({ length: levels }, (_, level) => {
    const items = Array.from({ length: 10 }, () => (level === 0 ? leaf : `*l${level - 1}`));
    return `l${level}: &l${level} [${items.join(", ")}]`;
  }).join("\n");

const deep = (inner: string) => `${"[".repeat(150)}${inner}${"]".repeat(150)}`;

describe("aliases", () => {
  test("Aliases that expand to billions of values are refused where they pass the bound", () => {
    expect(loadFailing({ "c.yaml": lists(10, "lol") })).toMatch(
      /^c\.yaml:6: aliases up to here repeat more than 1,000,000/,
    );
    expect(
      loadFailing({ "c.yaml": `modules: [{module: a.B, config: {${lists(12, "x").replaceAll("\n", ",\n  ")}}}]` }),
    ).toMatch(/^c\.yaml:\d: aliases up to here/);
  });

  test("Aliases of one long text are refused as well", () => {
    const text = `a: &a ${"x".repeat(100_000)}\n`;
    const aliases = Array.from({ length: 12 }, (_, number) => `b${number}: *a\n`).join("");
    expect(loadFailing({ "c.yaml": text + aliases })).toMatch(/^c\.yaml:11: aliases up to here/);
  });

  test("Aliases in merges are refused as well", () => {
    const levels = Array.from({ length: 30 }, (_, level) =>
      level === 0
        ? "m0: &m0 {k0: [a, b, c]}"
        : `m${level}: &m${level} {<<: *m${level - 1}, k${level}: [*m${level - 1}, *m${level - 1}]}`,
    );
    expect(loadFailing({ "c.yaml": levels.join("\n") })).toMatch(/^c\.yaml:\d+: aliases up to here/);
  });

  test("Aliases that nest values too deeply are refused", () => {
    expect(loadFailing({ "c.yaml": `a: &a ${deep("x")}\nb: ${deep("*a")}\n` })).toMatch(
      /^c\.yaml:2: .*200 levels deep$/,
    );
  });

  test("Ordinary aliases are read, and the nearest anchor before them counts", () => {
    const { config } = loadText(
      "x: &size 10M\ny: &size 20M\nmax_upload_size: *size\nmedia_upload_limits: [&l {time_period: 1h, max_size: *size}, {<<: *l, time_period: 2h}]\n",
    );
    expect(config.maxUploadSizeBytes).toBe(20 * 2 ** 20);
    expect(config.mediaUploadLimits.map(({ timePeriodMs }) => timePeriodMs)).toEqual([7_200_000, 3_600_000]);
  });
});

test("an empty file of a folder, and one of comments alone, are passed over with a notice", () => {
  const folder = writeFolder({
    "conf/a.yaml": "",
    "conf/b.yaml": "# nothing yet\n",
    "conf/c.yaml": "---\n",
    "conf/d.yaml": withRequired(""),
  });
  const { config, warnings } = loadConfig([join(folder, "conf")]);
  expect(config.serverName).toBe("example.com");
  expect(warnings.filter((text) => text.includes("empty"))).toEqual(
    ["a", "b", "c"].map((name) => `${join(folder, "conf", name)}.yaml: is empty, and is passed over`),
  );
});
