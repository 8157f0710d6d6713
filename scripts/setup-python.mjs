// Makes .venv, the Python environment of the tests, and does nothing while the requirements are those it was made from.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";

const REQUIREMENTS = ["python-shim/requirements.txt", "python-shim/requirements-dev.txt"];
const PYTHON = ".venv/bin/python";
const STAMP = ".venv/requirements.stamp";

const hash = createHash("sha256");
for (const file of REQUIREMENTS) hash.update(readFileSync(file)).update("\0");
const stamp = hash.digest("hex");

if (existsSync(PYTHON) && existsSync(STAMP) && readFileSync(STAMP, "utf8") === stamp) {
  process.stdout.write(".venv is up to date\n");
} else {
  run("python3", ["-m", "venv", ".venv"]);
  const files = REQUIREMENTS.flatMap((file) => ["--requirement", file]);
  run(PYTHON, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", ...files]);
  // Written last: an environment without it is half made, and is completed by the next run.
  writeFileSync(STAMP, stamp);
}

/** @param {string} command @param {string[]} args */
function run(command, args) {
  execFileSync(command, args, { stdio: "inherit" });
}
