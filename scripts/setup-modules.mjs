// Makes .modules, what `npm run test:modules` runs: an environment in .modules/python, and each public module in a
// folder of its own.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeEnvironment } from "./python-environment.mjs";

const ENVIRONMENT = ".modules/python";
const PACKAGES = ".modules/packages";
const STAMP = join(PACKAGES, "packages.stamp");
const LIST = "test/public-modules/packages.txt";

makeEnvironment(ENVIRONMENT, ["python-shim/requirements.txt", "test/public-modules/requirements.txt"]);
const wanted = readFileSync(LIST, "utf8");
if (existsSync(STAMP) && readFileSync(STAMP, "utf8") === wanted) {
  process.stdout.write(`${PACKAGES} is up to date\n`);
} else {
  rmSync(PACKAGES, { recursive: true, force: true });
  for (const line of wanted.split("\n").filter((text) => text !== "" && !text.startsWith("#"))) install(line);
  // Written last: without it the next run starts anew.
  writeFileSync(STAMP, wanted);
  process.stdout.write(`${PACKAGES} is ready\n`);
}

/**
 * Installs a published package as it is, without what it requires.
 * @param {string} requirement its name and version
 */
function install(requirement) {
  const [name = ""] = requirement.split("==");
  const target = ["--no-deps", "--target", join(PACKAGES, name)];
  const quiet = ["--quiet", "--disable-pip-version-check", "--no-input"];
  process.stdout.write(`${PACKAGES}: installing ${requirement}\n`);
  execFileSync(join(ENVIRONMENT, "bin/python"), ["-m", "pip", "install", ...quiet, ...target, requirement], {
    stdio: "inherit",
  });
}
