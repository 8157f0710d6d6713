import { existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { expect, test } from "vitest";
import { writeNew } from "../../../src/cli/migration/write-new.ts";
import { createTemporaryFolder } from "../../storage/files/temporary-folder.ts";

const MODULE = fileURLToPath(new URL("../../../src/cli/migration/write-new.ts", import.meta.url));

test("What cannot be written whole leaves no file behind, so that the command can be repeated", async () => {
  const path = join(createTemporaryFolder(), "module.ts");
  const script = `import { writeNew } from ${JSON.stringify(MODULE)}; writeNew(${JSON.stringify(path)}, "x".repeat(100_000));`;
  // A process that may write files of 4 kB at most.
  const run = await execa("prlimit", ["--fsize=4096", process.execPath, "--input-type=module", "-e", script], { reject: false });
  expect(run.stderr).toContain(`${path} cannot be written: EFBIG`);
  expect(existsSync(path)).toBe(false);
}); // prettier-ignore

test("A file and a link that are there already stay as they are", () => {
  const folder = createTemporaryFolder();
  const [file, link] = [join(folder, "file"), join(folder, "link")];
  writeFileSync(file, "kept");
  symlinkSync(join(folder, "nothing"), link);
  for (const path of [file, link]) expect(() => writeNew(path, "new")).toThrow(`${path} exists already`);
  expect(readFileSync(file, "utf8")).toBe("kept");
  expect(existsSync(join(folder, "nothing"))).toBe(false);
});
