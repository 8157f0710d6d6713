import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { within } from "../../src/util/concurrency/with-timeout.ts";
import { ROOT } from "../support/root.ts";
import { HANG_MS, PYTHON } from "./child-reader.ts";
import type { Stream } from "./corpus.ts";

/** A real child reads the stream and then its end: what was wrong with how it ended. */
export async function readAsProcess({ frames }: Stream): Promise<string | undefined> {
  const child = spawn(PYTHON, [join(ROOT, "python-shim")], {
    stdio: "pipe",
    env: { ...process.env, PYTHONPATH: join(ROOT, "faults/wire/modules") },
  });
  const closed = once(child, "close");
  const said = text(child.stderr);
  child.stdout.resume();
  // It may end before it has read everything.
  child.stdin.on("error", () => undefined);
  child.stdin.end(Buffer.concat(frames));
  if ((await within(closed, HANG_MS)) === undefined) {
    child.kill("SIGKILL");
    return `it does not end; it said:\n${await said}`;
  }
  const isTold = (await said).includes("; first bytes: ");
  if (child.exitCode === (isTold ? 76 : 0)) return undefined;
  return `it ended with ${child.exitCode ?? child.signalCode}; it said:\n${(await said).slice(-2_000)}`;
}
