import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { CATALOGUE, type StartError } from "../../src/errors.ts";

const text = readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8");
const documented = [...text.matchAll(/^\| `(\w+)` \| (\d+) \| `(\w+)` \|/gm)].map(([, code, status, errcode]) => ({
  code,
  status: Number(status),
  errcode,
}));

test("Every error of the catalogue is documented with its status and errcode, and no other", () => {
  const catalogue = Object.entries(CATALOGUE).map(([code, [status, errcode]]) => ({ code, status, errcode }));
  expect(documented).toEqual(catalogue);
});

test("Every error that carries a Retry-After by itself is documented with it", () => {
  const retried = Object.entries(CATALOGUE).filter((entry) => entry[1].length === 4);
  expect(retried).not.toHaveLength(0);
  for (const [code] of retried) expect(text).toMatch(new RegExp(`^\\| \`${code}\` \\|.*with \`Retry-After\``, "m"));
});

test("Every code that ends a start is documented", () => {
  const codes = {
    CONFIG: true,
    MODULE: true,
    PYTHON: true,
    LISTEN: true,
    STORE: true,
    HOMESERVER: true,
  } satisfies Record<StartError["code"], true>;
  for (const code of Object.keys(codes)) expect(text).toContain(`\n| \`${code}\` |`);
});
