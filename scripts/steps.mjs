// Runs the steps of a test command in order, each with its output, then prints the sum of all suites as the last line.
import { spawnSync } from "node:child_process";
import { NOTHING } from "./counts.mjs";

/** @typedef {{name: string, command: string[], count?: () => {passed: number, failed: number}}} Step */

/**
 * A step that fails does not keep the others from running; a check that is no suite counts as one failure where it
 * fails.
 * @param {Step[]} steps
 */
export function runSteps(steps) {
  const total = { passed: 0, failed: 0 };
  /** @type {string[]} */
  const broken = [];
  for (const { name, command, count } of steps) {
    process.stdout.write(`\n== ${name}: ${command.join(" ")}\n`);
    const [program = "", ...args] = command;
    const isGood = spawnSync(program, args, { stdio: ["ignore", "inherit", "inherit"] }).status === 0;
    const { passed, failed } = count?.() ?? NOTHING;
    total.passed += passed;
    // A suite that breaks off has failed, even where none of its tests has.
    total.failed += isGood ? failed : Math.max(failed, 1);
    if (!isGood || failed > 0) broken.push(name);
  }
  if (broken.length > 0) process.stdout.write(`\nfailed: ${broken.join(", ")}`);
  process.stdout.write(`\n${total.passed} passed, ${total.failed} failed\n`);
  process.exitCode = broken.length > 0 ? 1 : 0;
}
