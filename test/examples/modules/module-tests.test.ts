import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { runModuleTests } from "../../support/module-tests.ts";

/** One of them starts a whole service. */
const TIMEOUT_MS = 180_000;
const PROJECT = fileURLToPath(new URL("../../..", import.meta.url));

test(
  "The tests of the examples' Python modules, and of the plugin, pass with the names of this service",
  { timeout: TIMEOUT_MS },
  async () => {
    const { exitCode, passed, output } = await runModuleTests(["examples", "test/fixtures/testing/python"]);
    expect(output).toContain("passed");
    expect(exitCode).toBe(0);
    expect(passed).toBeGreaterThanOrEqual(45);
  },
);

/** Storage providers are tried in whole services: test/examples/modules/storage-provider.test.ts and its like. */
const WITHOUT_MODULE = new Set(["storage-provider", "typescript-storage-provider"]);

test("Every example with a module has a test of it beside it", () => {
  const examples = readdirSync(`${PROJECT}/examples`).filter((name) => !WITHOUT_MODULE.has(name));
  const untested = examples.filter((name) => {
    const files = readdirSync(`${PROJECT}/examples/${name}`);
    return files.some((file) => /\.(?:ts|py)$/.test(file)) && !files.some((file) => /^test_|\.test\.ts$/.test(file));
  });
  expect(untested).toEqual([]);
});
