import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { createTemporaryFolder } from "../storage/files/temporary-folder.ts";

const STEPS = new URL("../../scripts/steps.mjs", import.meta.url).href;

/** What `runSteps` writes of these steps, each a line of sh, and its exit status. */
async function runScript(steps: string): Promise<{ exitCode?: number; stdout: string }> {
  const path = join(createTemporaryFolder(), "script.mjs");
  const step = `const step = (name, line, more) => ({ name, command: ["sh", "-c", line], ...more });`;
  writeFileSync(path, `import { runSteps } from ${JSON.stringify(STEPS)};\n${step}\nawait runSteps([${steps}]);\n`);
  return execa(process.execPath, [path], { reject: false });
}

test("Steps run beside another one, and their output follows its own", async () => {
  const folder = createTemporaryFolder();
  // Each waits for the other: one after the other they would never end.
  const meet = (own: string, other: string) =>
    `touch ${folder}/${own}; until [ -e ${folder}/${other} ]; do sleep 0.01; done; echo ${own}`;
  const { stdout, exitCode } = await runScript(`
    step("first", ${JSON.stringify(meet("here", "there"))}, { beside: [step("second", ${JSON.stringify(meet("there", "here"))})] }),
    step("last", "echo end")`);
  expect(stdout.split("\n").filter((line) => /^(?:here|there|end|\d.*)$/.test(line))).toEqual([
    "here",
    "there",
    "end",
    "0 passed, 0 failed",
  ]);
  expect(exitCode).toBe(0);
});

test("Failures of steps, beside others or not, are counted and named, and the rest runs all the same", async () => {
  const { stdout, exitCode } = await runScript(`
    step("first", "exit 1", {
      beside: [
        step("second", "exit 2"),
        step("third", "exit 0", { count: () => ({ passed: 7, failed: 2 }) }),
        { name: "fourth", command: ["/nowhere/program"] },
      ],
    }),
    step("last", "echo end")`);
  expect(stdout).toContain("end\n");
  expect(stdout.split("\n").slice(-2)).toEqual(["failed: first, second, third, fourth", "7 passed, 5 failed"]);
  expect(exitCode).toBe(1);
});
