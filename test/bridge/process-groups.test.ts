import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { guardGroup, killGroup, MARK } from "../../src/bridge/child/process-groups.ts";

/** A process that leads a group of its own. It starts two programs, one after the other. */
function startProcess(mark: string) {
  const env = { PATH: process.env["PATH"], [MARK]: mark };
  const started = spawn("/usr/bin/env", ["sleep", "1000"], { detached: true, stdio: "ignore", env });
  return { pid: started.pid ?? 0, end: once(started, "exit") };
}

test("A process that left the group of its child is killed with it, also while it is only starting a program", async () => {
  // The kernel hides an environment for a moment only: about one try in a hundred meets it.
  const ends: Promise<unknown>[] = [];
  for (let turn = 0; turn < 100; turn += 1) {
    const mark = `test-${process.pid}-${turn}`;
    const child = startProcess(mark);
    guardGroup(child.pid, mark);
    const away = startProcess(mark);
    killGroup(child.pid);
    ends.push(child.end, away.end);
  }
  expect(await Promise.all(ends)).toEqual(ends.map(() => [null, "SIGKILL"]));
}, 60_000);
