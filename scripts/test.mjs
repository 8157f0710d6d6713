// `npm test`: format, lint, types, build, and the tests of both languages.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readJUnit, readVitest } from "./counts.mjs";
import { runSteps } from "./steps.mjs";

const reports = mkdtempSync(join(tmpdir(), "media-bridge-reports-"));
const vitestReport = join(reports, "vitest.json");
const pytestReport = join(reports, "pytest.xml");
const python = [".venv/bin/python", "-m"];
// These have settings of their own; the others follow the shim's.
const shimFolders = ["python-shim", "test/python-shim"];
const otherFolders = [
  "--config",
  "python-shim/pyproject.toml",
  "examples",
  "templates",
  "bench",
  "faults",
  "test/synapse",
  "test/public-modules",
];

await runSteps([
  { name: "format", command: ["npm", "run", "--silent", "format:check"] },
  { name: "lint", command: ["npm", "run", "--silent", "lint"] },
  { name: "types", command: ["npm", "run", "--silent", "typecheck"] },
  // The step before has checked the same files; what only the declarations show is reported all the same.
  { name: "build", command: ["npm", "run", "--silent", "build", "--", "--noCheck"] },
  { name: "Python environment", command: ["npm", "run", "--silent", "setup:python"] },
  {
    name: "vitest",
    command: ["npx", "vitest", "run", "--reporter=default", "--reporter=json", `--outputFile.json=${vitestReport}`],
    count: () => readVitest(vitestReport),
    // Both wait a lot: one after the other they take a minute and a half longer.
    beside: [
      { name: "Python types", command: ["npm", "run", "--silent", "typecheck:python"] },
      { name: "ruff check", command: [...python, "ruff", "check", ...shimFolders] },
      { name: "ruff check of the rest", command: [...python, "ruff", "check", ...otherFolders] },
      { name: "ruff format", command: [...python, "ruff", "format", "--check", ...shimFolders] },
      { name: "ruff format of the rest", command: [...python, "ruff", "format", "--check", ...otherFolders] },
      {
        name: "pytest",
        command: [
          ...python,
          "pytest",
          "-q",
          "-p",
          "no:cacheprovider",
          `--junitxml=${pytestReport}`,
          "test/python-shim",
        ],
        count: () => readJUnit(pytestReport),
      },
    ],
  },
]);
rmSync(reports, { recursive: true });
