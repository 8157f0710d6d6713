// `npm test`: every step in order, each with its output, then the sum of all suites as the last line.
// A step that fails does not keep the others from running; a check that is no suite counts as one failure where it fails.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NOTHING, readJUnit, readVitest } from "./counts.mjs";

const reports = mkdtempSync(join(tmpdir(), "media-bridge-reports-"));
const vitestReport = join(reports, "vitest.json");
const pytestReport = join(reports, "pytest.xml");
const python = [".venv/bin/python", "-m"];
// These have a ruff.toml of their own; the others follow the shim's.
const shimFolders = ["python-shim", "test/python-shim"];
const otherFolders = ["--config", "python-shim/ruff.toml", "examples", "bench"];

/** @type {{name: string, command: string[], count?: () => {passed: number, failed: number}}[]} */
const STEPS = [
  { name: "format", command: ["npm", "run", "--silent", "format:check"] },
  { name: "lint", command: ["npm", "run", "--silent", "lint"] },
  { name: "types", command: ["npm", "run", "--silent", "typecheck"] },
  { name: "build", command: ["npm", "run", "--silent", "build"] },
  { name: "Python environment", command: ["npm", "run", "--silent", "setup:python"] },
  {
    name: "vitest",
    command: ["npx", "vitest", "run", "--reporter=default", "--reporter=json", `--outputFile.json=${vitestReport}`],
    count: () => readVitest(vitestReport),
  },
  { name: "ruff check", command: [...python, "ruff", "check", ...shimFolders] },
  { name: "ruff check of the rest", command: [...python, "ruff", "check", ...otherFolders] },
  { name: "ruff format", command: [...python, "ruff", "format", "--check", ...shimFolders] },
  { name: "ruff format of the rest", command: [...python, "ruff", "format", "--check", ...otherFolders] },
  {
    name: "pytest",
    command: [...python, "pytest", "-q", "-p", "no:cacheprovider", `--junitxml=${pytestReport}`, "test/python-shim"],
    count: () => readJUnit(pytestReport),
  },
];

const total = { passed: 0, failed: 0 };
/** @type {string[]} */
const broken = [];
for (const { name, command, count } of STEPS) {
  process.stdout.write(`\n== ${name}: ${command.join(" ")}\n`);
  const [program = "", ...args] = command;
  const isGood = spawnSync(program, args, { stdio: ["ignore", "inherit", "inherit"] }).status === 0;
  const { passed, failed } = count?.() ?? NOTHING;
  total.passed += passed;
  // A suite that breaks off has failed, also where none of its tests says so.
  total.failed += isGood ? failed : Math.max(failed, 1);
  if (!isGood || failed > 0) broken.push(name);
}
rmSync(reports, { recursive: true });

if (broken.length > 0) process.stdout.write(`\nfailed: ${broken.join(", ")}`);
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed\n`);
process.exitCode = broken.length > 0 ? 1 : 0;
