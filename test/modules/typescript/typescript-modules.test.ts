import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { refuse, SECRET } from "../../cli/refusals.ts";
import { CliFolder } from "../../support/cli.ts";

const IMPORTS = `import { defineModule, MatrixError } from "synapse-media-bridge";\nimport { z } from "zod";\n`;
const define = (members: string) => `${IMPORTS}export default defineModule({ name: "it", ${members} });\n`;
const register = (callbacks: string) =>
  define(`setup(api) { api.registerMediaRepositoryCallbacks({ ${callbacks} }); }`);

/** A file, what is wrong with it, and what is said of it. */
const REFUSALS: [situation: string, file: string, text: string, said: RegExp][] = [
  ["that is not there", "it.ts", "", /cannot be imported: there is no such file/],
  ["with a syntax error", "it.ts", "export default {\n  name: \n", /cannot be imported: .*Unexpected token[^]*it\.ts:\d/],
  ["of JavaScript with a syntax error", "it.mjs", "export default {\n  name: \n", /cannot be imported: .*it\.mjs:\d/s],
  ["with a dependency that is missing", "it.ts", `import "nobody-has-this";\n`, /cannot be imported: .*'nobody-has-this'/],
  ["that throws as it is imported", "it.ts", `throw new RangeError("not today");\n`, /cannot be imported: RangeError: not today \(at .*it\.ts:1/],
  ["without a default export", "it.ts", "export const setup = 1;\n", /default export is not what defineModule\(\) returns/],
  ["with a default export of null", "it.mjs", "export default null;\n", /default export is not what defineModule\(\) returns/],
  ["that throws in setup", "it.ts", define(`setup(_api, config) { throw new Error(\`no entry with \${config.secret}\`); }`), /cannot be set up: Error: no entry with <value> \(at .*it\.ts:\d/],
  ["that rejects in setup", "it.ts", define(`async setup() { await Promise.resolve(); throw "text"; }`), /cannot be set up: threw string/],
  ["that registers what cannot be called", "it.ts", register(`getMediaConfigForUser: "text" as never`), /cannot be set up: TypeError: it registers getMediaConfigForUser, which cannot be called/],
  ["that registers an unknown callback", "it.ts", register("onFullMoon() {}"), /cannot be set up: TypeError: it registers onFullMoon, which is not a callback of media_repository/],
  ["whose schema throws", "it.ts", define(`configSchema: z.looseObject({ secret: z.string().refine((it) => { throw new Error("seen " + it); }) }), setup() {}`), /refuses its configuration: Error: seen <value>/],
  ["whose schema is asynchronous", "it.ts", define(`configSchema: z.looseObject({ secret: z.string().refine(async () => false, "a better one") }), setup() {}`), /refuses its configuration:\n +config\.secret: a better one, found string/],
]; // prettier-ignore

describe.concurrent("check refuses a TypeScript module", () => {
  test.each(REFUSALS)("%s", async (_situation, file, text, said) => {
    const folder = folderOf(file, text);
    const message = await refuse(folder, ["check"]);
    expect(message).toMatch(said);
    expect(message).toContain(`module 1 (typescript: ${join(folder.path, file)})`);
  });

  test("check names every mistake of a module's configuration by path, expectation and type", async () => {
    const schema = `z.strictObject({ secret: z.int(), plans: z.array(z.object({ max: z.int().min(1000), kind: z.enum(["free", "paid"]) })), url: z.url({ error: (issue) => String(issue.input) + " is no URL" }), name: z.string() })`;
    const config = { secret: SECRET, plans: [{ max: 1, kind: SECRET }], url: SECRET, surplus: SECRET };
    const message = await refuse(folderOf("it.ts", define(`configSchema: ${schema}, setup() {}`), config), ["check"]);
    expect(message.split("\n").slice(1)).toEqual([
      "  config.secret: expected number, found string",
      expect.stringMatching(/^ {2}config\.plans\[0\]\.max: .*>=1000, found number$/),
      expect.stringMatching(/^ {2}config\.plans\[0\]\.kind: .*"free"\|"paid", found string$/),
      "  config.url: <value> is no URL, found string",
      "  config.name: expected string, found nothing",
      "  config.surplus: unknown key",
    ]);
  });

  test("check refuses a package that is not installed, and names the folder where it looked", async () => {
    const folder = new CliFolder({ config: { modules: [{ typescript: "no-such-package" }] } });
    const message = await refuse(folder, ["check"]);
    expect(message).toContain(`module 1 (typescript: no-such-package) cannot be imported`);
    expect(message).toContain(folder.path);
  });

  test("A service with a refused module never starts", async () => {
    expect(await refuse(folderOf("it.ts", "export {};\n"), ["start"])).toContain("module 1 (typescript: ");
  });
});

const THROWING = register(
  `getMediaConfigForUser() { throw new MatrixError(403, "M_FORBIDDEN", "not here", { fields: { "org.example": 1 } }); }`,
);
const SIBLING = `import { word } from "./sibling.ts";\n${register("async getMediaConfigForUser() { return { word }; }")}`;
const SLOW = define(
  `async setup(api) { await new Promise((done) => setImmediate(done)); api.registerMediaRepositoryCallbacks({ getMediaConfigForUser: () => ({ ready: true }) }); }`,
);
const COMMONJS = `"use strict";\nObject.defineProperty(exports, "__esModule", { value: true });\nexports.default = require("synapse-media-bridge").defineModule({ name: "it", setup(api) { api.registerMediaRepositoryCallbacks({ getMediaConfigForUser: () => ({ old: true }) }); } });\n`; // prettier-ignore

describe.concurrent("a module in a folder without node_modules", () => {
  test.each([
    ["TypeScript", "it.ts", THROWING, /403 \{"errcode":"M_FORBIDDEN","error":"not here","org\.example":1\}/],
    ["JavaScript", "it.js", THROWING, /403 \{"errcode":"M_FORBIDDEN"/],
    ["JavaScript by its ending", "it.mjs", THROWING, /403 \{"errcode":"M_FORBIDDEN"/],
    ["CommonJS", "it.cjs", COMMONJS, /200 \{"old":true\}/],
    ["a file that imports its sibling", "it.ts", SIBLING, /200 \{"word":"sibling"\}/],
    ["one with an asynchronous setup", "it.ts", SLOW, /200 \{"ready":true\}/],
  ])("may be %s", async (_what, file, text, answer) => {
    const folder = folderOf(file, text);
    writeFileSync(join(folder.path, "sibling.ts"), `export const word: string = "sibling";\n`);
    const before = folder.files();
    const { status, stdout, stderr } = await folder.end(["call", "get_media_config_for_user", "@alice:example.test"]);
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(answer);
    expect(folder.files()).toEqual(before);
  });

  test("keeps nothing that was compiled where other users could change it", async () => {
    const folder = folderOf("it.ts", THROWING);
    const service = await folder.start();
    expect((await service.request("/_matrix/client/v1/media/config")).status).toBe(403);
    expect(folder.files().filter((file) => file.startsWith("tmp"))).toEqual([]);
  });

  test.each([["import"], ["require"]])("may be a package that is there for %s alone", async (condition) => {
    const folder = new CliFolder({ config: { modules: [{ typescript: "my-limits" }] } });
    const home = join(folder.path, "node_modules", "my-limits");
    mkdirSync(home, { recursive: true });
    const manifest = { name: "my-limits", type: "module", exports: { ".": { [condition]: "./main.js" } } };
    writeFileSync(join(home, "package.json"), JSON.stringify(manifest));
    writeFileSync(join(home, "main.js"), THROWING);
    const { status, stdout } = await folder.end(["check"]);
    expect(stdout).toContain(`it (typescript) getMediaConfigForUser  ${join(home, "main.js")}`);
    expect(status).toBe(0);
  });
});

function folderOf(file: string, text: string, config: object = { secret: SECRET }): CliFolder {
  const folder = new CliFolder({ config: { modules: [{ typescript: `./${file}`, config }] } });
  if (text !== "") writeFileSync(join(folder.path, file), text);
  return folder;
}
