// Makes a Python environment from requirements files, once.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Makes the environment, and does nothing while the requirements are those it was made from. Throws where a command
 * fails.
 * @param {string} folder @param {string[]} requirements files
 * @param {string[]} [packages] more packages, as pip takes them
 */
export function makeEnvironment(folder, requirements, packages = []) {
  const python = join(folder, "bin/python");
  const stampPath = join(folder, "requirements.stamp");
  const hash = createHash("sha256");
  for (const file of requirements) hash.update(readFileSync(file)).update("\0");
  for (const name of packages) hash.update(name).update("\0");
  const stamp = hash.digest("hex");
  if (existsSync(python) && existsSync(stampPath) && readFileSync(stampPath, "utf8") === stamp) {
    process.stdout.write(`${folder} is up to date\n`);
    return;
  }
  process.stdout.write(`${folder}: installing ${[...requirements, ...packages].join(" and ")}\n`);
  // pip comes last into a new environment.
  if (!existsSync(join(folder, "bin/pip"))) run("python3", ["-m", "venv", folder]);
  const files = requirements.flatMap((file) => ["--requirement", file]);
  run(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", ...files, ...packages]);
  // Written last: an environment without it is half made, and is completed by the next run.
  writeFileSync(stampPath, stamp);
  process.stdout.write(`${folder} is ready\n`);
}

/** @param {string} command @param {string[]} args */
function run(command, args) {
  execFileSync(command, args, { stdio: "inherit" });
}
