// Runs the steps of a test command in order, each with its output, then prints the sum of all suites as the last line.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { NOTHING } from "./counts.mjs";

/**
 * @typedef {{name: string, command: string[], count?: () => {passed: number, failed: number}}} SimpleStep
 * @typedef {SimpleStep & {beside?: SimpleStep[]}} Step `beside`: steps that run one after another while this one runs,
 *   and whose output follows after its own
 */

/**
 * A step that fails does not keep the others from running; a check that is not a suite counts as one failure where it
 * fails.
 * @param {Step[]} steps
 */
export async function runSteps(steps) {
  const total = { passed: 0, failed: 0 };
  /** @type {string[]} */
  const broken = [];
  /** @param {SimpleStep} step @param {boolean} isGood */
  const add = ({ name, count }, isGood) => {
    const { passed, failed } = count?.() ?? NOTHING;
    total.passed += passed;
    // A suite that breaks off has failed, even where none of its tests has.
    total.failed += isGood ? failed : Math.max(failed, 1);
    if (!isGood || failed > 0) broken.push(name);
  };
  for (const { beside = [], ...step } of steps) {
    const others = runQuietly(beside);
    process.stdout.write(title(step));
    add(step, await run(step, ["ignore", "inherit", "inherit"]));
    for (const { step: other, output, isGood } of await others) {
      process.stdout.write(title(other) + output);
      add(other, isGood);
    }
  }
  if (broken.length > 0) process.stdout.write(`\nfailed: ${broken.join(", ")}`);
  process.stdout.write(`\n${total.passed} passed, ${total.failed} failed\n`);
  process.exitCode = broken.length > 0 ? 1 : 0;
}

/** @param {SimpleStep} step */
function title({ name, command }) {
  return `\n== ${name}: ${command.join(" ")}\n`;
}

/** @param {SimpleStep[]} steps */
async function runQuietly(steps) {
  const ended = [];
  for (const step of steps) {
    /** @type {Buffer[]} */
    const pieces = [];
    const isGood = await run(step, ["ignore", "pipe", "pipe"], (piece) => pieces.push(piece));
    ended.push({ step, output: Buffer.concat(pieces).toString(), isGood });
  }
  return ended;
}

/**
 * Resolves to whether it ended with status 0.
 * @param {SimpleStep} step
 * @param {("ignore" | "inherit" | "pipe")[]} stdio
 * @param {(piece: Buffer) => void} [keep]
 */
async function run({ command: [program = "", ...args] }, stdio, keep) {
  const child = spawn(program, args, { stdio });
  for (const stream of [child.stdout, child.stderr]) if (keep) stream?.on("data", keep);
  try {
    const [status] = await once(child, "close");
    return status === 0;
  } catch (error) {
    // It cannot be started.
    process.stdout.write(`${String(error)}\n`);
    return false;
  }
}
