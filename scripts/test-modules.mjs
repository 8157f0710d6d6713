// `npm run test:modules`: the built service with modules of others, as they are on the package index.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readVitest } from "./counts.mjs";
import { runSteps } from "./steps.mjs";

const reports = mkdtempSync(join(tmpdir(), "media-bridge-reports-"));
const report = join(reports, "vitest.json");
const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];

await runSteps([
  { name: "build", command: ["npm", "run", "--silent", "build"] },
  { name: "Python environment", command: ["npm", "run", "--silent", "setup:python"] },
  { name: "public modules", command: ["npm", "run", "--silent", "setup:modules"] },
  {
    name: "vitest",
    command: ["npx", "vitest", "run", "--config", "test/public-modules/vitest.config.ts", ...reporters],
    count: () => readVitest(report),
  },
]);
rmSync(reports, { recursive: true });
