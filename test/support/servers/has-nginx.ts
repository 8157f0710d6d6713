import { spawnSync } from "node:child_process";

/**
 * Whether nginx is installed, on which a test file decides what to skip. Where it is not, this is said on stderr; where
 * `CI` is set it throws, so that a run that is to test everything does not pass without it.
 */
export function findNginx(): boolean {
  if (spawnSync("nginx", ["-v"]).status === 0) return true;
  const what = "nginx is not installed, and the tests that need it cannot run: install the package nginx";
  if (process.env["CI"] !== undefined && process.env["CI"] !== "false") throw new Error(what);
  process.stderr.write(`SKIPPED: ${what}\n`);
  return false;
}
