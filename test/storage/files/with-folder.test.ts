import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { inFolder } from "../../../src/storage/files/writer/with-folder.ts";

function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "media-bridge-in-folder-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

test("A folder that an abort removes while it is made is made again", async () => {
  const path = join(createFolder(), "ab", "cd", "file");
  let made = 0;
  await inFolder(
    path,
    () => writeFile(path, "x"),
    async (folder) => {
      made += 1;
      // What Node's mkdir says when a folder on the way is removed between its own two looks at it.
      if (made === 1) throw Object.assign(new Error("ENOTDIR: not a directory, mkdir"), { code: "ENOTDIR" });
      await mkdir(folder, { recursive: true });
    },
  );
  expect([made, readFileSync(path, "utf8")]).toEqual([2, "x"]);
});

test("A file in place of a folder is told", async () => {
  const folder = createFolder();
  writeFileSync(join(folder, "ab"), "");
  const path = join(folder, "ab", "cd", "file");
  const making = inFolder(
    path,
    () => writeFile(path, "x"),
    async (wanted) => void (await mkdir(wanted, { recursive: true })),
  );
  await expect(making).rejects.toMatchObject({ code: "ENOTDIR" });
});
