// Reads how many tests passed and failed off the reports of the suites.
import { existsSync, readFileSync } from "node:fs";

export const NOTHING = { passed: 0, failed: 0 };

/**
 * A report of vitest's `json` reporter. A file that could not be loaded has no tests and counts as one failure.
 * @param {string} path
 */
export function readVitest(path) {
  if (!existsSync(path)) return NOTHING;
  const report = JSON.parse(readFileSync(path, "utf8"));
  const unloaded = report.testResults.filter(
    (/** @type {{status: string, assertionResults: {status: string}[]}} */ file) =>
      file.status === "failed" && file.assertionResults.every(({ status }) => status !== "failed"),
  );
  return { passed: report.numPassedTests, failed: report.numFailedTests + unloaded.length };
}

/**
 * A JUnit report, as pytest writes it: tests that were skipped are neither.
 * @param {string} path
 */
export function readJUnit(path) {
  if (!existsSync(path)) return NOTHING;
  const suite = /<testsuite [^>]*>/.exec(readFileSync(path, "utf8"))?.[0] ?? "";
  const count = (/** @type {string} */ name) => Number(new RegExp(` ${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
  const failed = count("failures") + count("errors");
  return { passed: count("tests") - failed - count("skipped"), failed };
}
