// `npm run test:synapse`: the built service beside a real Synapse, with nginx in front and a real client library.
// `-- --release 1.139.0` and `-- --window`: TypeScript modules inside other releases of Synapse.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readVitest } from "./counts.mjs";
import { runSteps } from "./steps.mjs";
import { environmentOf, newestRelease, windowReleases } from "./synapse-releases.mjs";

const { values } = parseArgs({
  options: { release: { type: "string", multiple: true }, window: { type: "boolean", default: false } },
});
const reports = mkdtempSync(join(tmpdir(), "media-bridge-reports-"));
const releases = values.window ? windowReleases() : (values.release ?? []);

if (releases.length === 0 && spawnSync("nginx", ["-v"]).error) {
  process.stdout.write("nginx is missing: install Debian's package, as root\n");
}
await runSteps([
  { name: "build", command: ["npm", "run", "--silent", "build"] },
  ...(releases.length === 0 ? everything() : releases.flatMap(inside)),
]);
rmSync(reports, { recursive: true });

function everything() {
  return [
    { name: "Python environment", command: ["npm", "run", "--silent", "setup:python"] },
    { name: "Synapse", command: ["npm", "run", "--silent", "setup:synapse"] },
    vitest("vitest", "all", []),
  ];
}

/** @param {string} release */
function inside(release) {
  const install = release === newestRelease() ? [] : ["--", release];
  return [
    { name: `Synapse ${release}`, command: ["npm", "run", "--silent", "setup:synapse", ...install] },
    vitest(`inside Synapse ${release}`, release, ["test/synapse/inside"], environmentOf(release)),
  ];
}

/** @param {string} name @param {string} id @param {string[]} files @param {string} [environment] */
function vitest(name, id, files, environment) {
  const report = join(reports, `${id}.json`);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const command = ["npx", "vitest", "run", "--config", "test/synapse/vitest.config.ts", ...reporters, ...files];
  const variables = environment === undefined ? [] : ["env", `MEDIA_BRIDGE_TEST_SYNAPSE=${environment}`];
  return { name, command: [...variables, ...command], count: () => readVitest(report) };
}
