import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { isSameFile, recordedFile } from "../../../src/shadow/recording/recorded-file.ts";

test("Only a file is read: neither a pipe nor a device is waited for", async () => {
  const folder = mkdtempSync(join(tmpdir(), "media-bridge-recorded-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  execFileSync("mkfifo", [join(folder, "pipe")]);
  writeFileSync(join(folder, "file"), "");
  const EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  for (const path of [join(folder, "pipe"), "/dev/null", folder]) {
    expect(await recordedFile(path)).toBeUndefined();
    expect(await isSameFile(path, { bytes: 0, sha256: EMPTY })).toBe(false);
  }
  expect(await recordedFile(join(folder, "file"))).toEqual({ bytes: 0, sha256: EMPTY });
});
