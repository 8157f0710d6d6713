import { readFileSync } from "node:fs";
import { onTestFinished } from "vitest";
import type { Child } from "../../src/bridge/child/child.ts";
import { spawnChild, type SpawnOptions } from "../../src/bridge/child/spawn-child.ts";
import { captureLog } from "../support/captured-log.ts";
import { testPython } from "../support/python.ts";

const CHILD = new URL("children/child.py", import.meta.url).pathname;

/** Runs the test child in the given modes (see its file); it ends with the test. */
export async function spawnTestChild(
  modes: readonly string[] = [],
  options: Partial<SpawnOptions> = {},
): Promise<Child> {
  const child = await spawnChild({
    command: testPython(),
    args: [CHILD, ...modes],
    env: process.env,
    log: captureLog(),
    ...options,
  });
  onTestFinished(async () => {
    child.kill();
    await child.exited;
  });
  return child;
}

/** True while a process of this id exists and is not a zombie. */
export function isAlive(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false;
  }
}
