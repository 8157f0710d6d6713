import { spawn } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { takeFileLock, waitForFileLock } from "../../src/util/file-lock.ts";
import { createTemporaryFolder } from "../storage/files/temporary-folder.ts";

const MODULE = new URL("../../dist/util/file-lock.js", import.meta.url).href;

/** Another process that takes the lock and keeps it. */
async function holdElsewhere(path: string) {
  const program = `import { takeFileLock } from "${MODULE}"; console.log(takeFileLock(process.argv[1]) !== undefined); setInterval(() => {}, 1e6);`;
  const holder = spawn(process.execPath, ["--input-type=module", "--eval", program, path], { stdio: "pipe" });
  const [said] = (await once(holder.stdout, "data")) as [Buffer];
  expect(said.toString().trim()).toBe("true");
  return holder;
}

test("A lock is had by one at a time, within a process as between two, and its file stays empty", async () => {
  const path = join(createTemporaryFolder(), "lock");
  const lock = takeFileLock(path);
  expect(lock).toBeDefined();
  expect(takeFileLock(path)).toBeUndefined();
  lock?.release();
  const holder = await holdElsewhere(path);
  expect(takeFileLock(path)).toBeUndefined();
  expect(statSync(path).size).toBe(0);
  holder.kill("SIGKILL");
});

test("A lock ends with the process that had it, also where that is killed, and a waiting process gets it then", async () => {
  const path = join(createTemporaryFolder(), "lock");
  const holder = await holdElsewhere(path);
  let waits = 0;
  const waiting = waitForFileLock(path, () => {
    waits += 1;
    holder.kill("SIGKILL");
  });
  (await waiting).release();
  expect(waits).toBe(1);
});

test("A lock whose file cannot be made is an error, and not one that another process has", () => {
  expect(() => takeFileLock(join(createTemporaryFolder(), "nowhere", "lock"))).toThrow(/directory does not exist/);
});
