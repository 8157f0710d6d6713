import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { runModuleTests } from "../../support/module-tests.ts";

const SYNAPSE = fileURLToPath(new URL("../../../.synapse/bin/python", import.meta.url));

test("The same test files of Python modules pass with an installed Synapse", { timeout: 300_000 }, async () => {
  const ofService = await runModuleTests(["examples", "test/fixtures/testing/python"]);
  const ofSynapse = await runModuleTests(["examples", "test/fixtures/testing/python"], { synapse: SYNAPSE });
  expect(ofSynapse.output).not.toContain("failed");
  expect(ofSynapse).toMatchObject({ exitCode: 0, passed: ofService.passed });
});
