// `npm run test:quick`: for a change of one line. Format, lint, types, and the tests that need neither a Python child
// nor a database server. `npm test` runs everything.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readVitest } from "./counts.mjs";
import { runSteps } from "./steps.mjs";

const reports = mkdtempSync(join(tmpdir(), "media-bridge-reports-"));
const report = join(reports, "vitest.json");
const tests = [
  "test/layering.test.ts",
  "test/source-files.test.ts",
  "test/import-cycles.test.ts",
  "test/docs",
  "test/util",
  "test/config",
  "test/homeserver",
  "test/media",
  "test/coordination",
  "test/proxy",
];
const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];

await runSteps([
  { name: "format", command: ["npm", "run", "--silent", "format:check"] },
  { name: "lint", command: ["npm", "run", "--silent", "lint"] },
  { name: "types", command: ["npm", "run", "--silent", "typecheck"] },
  { name: "vitest", command: ["npx", "vitest", "run", ...reporters, ...tests], count: () => readVitest(report) },
]);
rmSync(reports, { recursive: true });
