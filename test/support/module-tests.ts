import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { createTemporaryFolder } from "../storage/files/temporary-folder.ts";
import { testPython } from "./python.ts";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));

/** How pytest ended. */
export interface ModuleTests {
  readonly exitCode: number | undefined;
  readonly output: string;
  readonly passed: number;
}

/**
 * Runs tests of Python modules with the plugin. `synapse` is an interpreter with a Synapse; pytest then comes from the
 * tests' own environment, behind what the interpreter has itself.
 */
export async function runModuleTests(
  paths: readonly string[],
  { synapse, cwd = PROJECT }: { readonly synapse?: string; readonly cwd?: string } = {},
): Promise<ModuleTests> {
  const report = join(createTemporaryFolder(), "report.xml");
  const args = ["-q", "-p", "no:cacheprovider", "-p", "media_bridge_testing", `--junitxml=${report}`, ...paths];
  const packages = fileURLToPath(new URL("../../.venv/lib", import.meta.url));
  const borrow =
    "import glob, site, sys; [site.addsitedir(path) for path in glob.glob(sys.argv.pop(1) + '/*/site-packages')]; " +
    "import pytest; sys.exit(pytest.main(sys.argv[1:]))";
  const command = synapse === undefined ? ["-m", "pytest", ...args] : ["-c", borrow, packages, ...args];
  const { exitCode, all } = await execa(synapse ?? testPython(), command, {
    cwd,
    env: { PYTHONPATH: join(PROJECT, "python-shim"), PYTHONDONTWRITEBYTECODE: "1" },
    reject: false,
    all: true,
    timeout: 180_000,
  });
  return { exitCode, output: all, passed: countPassed(report) };
}

function countPassed(report: string): number {
  const [, tests = "0", failed = "0"] = /<testsuite [^>]*?tests="(\d+)"/.exec(readFileSync(report, "utf8")) ?? [];
  return Number(tests) - Number(failed);
}
