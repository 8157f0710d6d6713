// `npm run test:synapse`: the built service beside a real Synapse, with nginx in front and a real client library.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readVitest } from "./counts.mjs";
import { runSteps } from "./steps.mjs";

const reports = mkdtempSync(join(tmpdir(), "media-bridge-reports-"));
const report = join(reports, "vitest.json");
const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];

if (spawnSync("nginx", ["-v"]).error) process.stdout.write("nginx is missing: install Debian's package, as root\n");
await runSteps([
  { name: "build", command: ["npm", "run", "--silent", "build"] },
  { name: "Python environment", command: ["npm", "run", "--silent", "setup:python"] },
  { name: "Synapse", command: ["npm", "run", "--silent", "setup:synapse"] },
  {
    name: "vitest",
    command: ["npx", "vitest", "run", "--config", "test/synapse/vitest.config.ts", ...reporters],
    count: () => readVitest(report),
  },
]);
rmSync(reports, { recursive: true });
