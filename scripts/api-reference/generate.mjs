// Writes docs/api from the TSDoc comments of what the package exports: `npm run docs:api`, once `npm install` was run
// in this folder.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { hashDeclarations } from "./declarations.ts";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));
const OUTPUT = `${PROJECT}/docs/api`;

const entryPoints = ["index", "service", "testing"].flatMap((name) => ["--entryPoints", `${PROJECT}/src/${name}.ts`]);

execFileSync(
  process.execPath,
  ["node_modules/typedoc/bin/typedoc", "--options", "typedoc.json", "--out", OUTPUT, ...entryPoints],
  { cwd: fileURLToPath(new URL(".", import.meta.url)), stdio: "inherit" },
);
const index = `${OUTPUT}/README.md`;
const text = readFileSync(index, "utf8").trimEnd();
writeFileSync(index, `${text}\n\n<!-- made by \`npm run docs:api\` from declarations ${hashDeclarations()} -->\n`);
