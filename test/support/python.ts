import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * The interpreter that tests run Python children with: made by `npm run setup:python`, or the one that the environment
 * names.
 */
export function testPython(): string {
  const named = process.env["MEDIA_BRIDGE_TEST_PYTHON"];
  if (named) return named;
  const own = fileURLToPath(new URL("../../.venv/bin/python", import.meta.url));
  if (!existsSync(own)) throw new Error(".venv is missing: run npm run setup:python");
  return own;
}
