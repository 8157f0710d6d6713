import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { testPython } from "../python.ts";

/**
 * Compiles the Python side once for all children of a run: a child that compiles it by itself takes a third longer to
 * start. A file that is changed later is compiled by each child: the hash of its source tells, whatever its time.
 */
export function setup(): void {
  let python: string;
  try {
    python = testPython();
  } catch {
    // `npm run test:quick` needs no Python.
    return;
  }
  const shim = fileURLToPath(new URL("../../../python-shim", import.meta.url));
  const args = ["-m", "compileall", "-q", "--invalidation-mode", "checked-hash", shim];
  spawnSync(python, args, { stdio: ["ignore", "ignore", "inherit"] });
}
