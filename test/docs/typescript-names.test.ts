import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { MEMBERS } from "../module-api/members.ts";

const text = read("docs/typescript-api.md");
const rows = [...text.matchAll(/^\| `(\w+)` \| (.+) \|$/gm)].map(([, python = "", typescript = ""]) => ({
  python,
  typescript,
}));

const REGISTERS = /^register_\w+_callbacks$/;
const FIRED = /^register_(?:media_repository|spam_checker)_callbacks$/;

test("Every member of Python's ModuleApi that works here has a TypeScript name, or a reason why not", () => {
  const wanted = MEMBERS.ModuleApi.filter(
    ({ name, works }) => works !== "no" && (!REGISTERS.test(name) || FIRED.test(name)),
  );
  expect(rows.map(({ python }) => python).toSorted()).toEqual(wanted.map(({ name }) => name).toSorted());
});

test("Every TypeScript name of that table is there", () => {
  const homeserver = read("src/homeserver/client/homeserver-client.ts");
  const api = ["definition", "names-api", "web-api", "background-api"].map((name) => read(`src/module-api/${name}.ts`));
  for (const { typescript } of rows.filter((row) => row.typescript.startsWith("`api."))) {
    const isHomeserver = typescript.startsWith("`api.homeserver.");
    for (const [, name = ""] of typescript.split(":")[0]?.matchAll(/`(?:api\.)?(?:homeserver\.)?(\w+)/g) ?? []) {
      expect(isHomeserver ? homeserver : api.join("\n")).toMatch(new RegExp(`^  (?:readonly )?${name}[(:<?]`, "m"));
    }
  }
});

function read(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
}
