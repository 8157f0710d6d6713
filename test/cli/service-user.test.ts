import { chownSync, lchownSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { createTemporaryFolder } from "../storage/files/temporary-folder.ts";

const SERVICE_USER = new URL("../../dist/cli/service-user.js", import.meta.url).href;
const NOBODY = 65_534;

const isRoot = process.getuid?.() === 0;

/** As whom a command continues that root gives. */
async function userFor(dataPath: string): Promise<number> {
  const program = `
    const { becomeServiceUser } = await import(${JSON.stringify(SERVICE_USER)});
    becomeServiceUser({ mediaBridge: { dataPath: ${JSON.stringify(dataPath)} } });
    console.log(process.getuid());`;
  const { stdout } = await execa(process.execPath, ["--input-type=module", "--eval", program]);
  return Number(stdout);
}

test.skipIf(!isRoot).each([
  ["the data path itself", "data", "data"],
  ["a folder above it", "state", "state/data"],
])("A command of root's continues as the user who made a link of %s, wherever it leads", async (_what, link, named) => {
  const folder = createTemporaryFolder();
  const [own, roots] = [join(folder, "own"), join(folder, "roots")];
  mkdirSync(own);
  mkdirSync(join(roots, "data"), { recursive: true });
  chownSync(own, NOBODY, NOBODY);
  symlinkSync(roots, join(own, link));
  lchownSync(join(own, link), NOBODY, NOBODY);
  // Root's own link to the user's does not get around it.
  symlinkSync(join(own, named), join(folder, "link"));
  expect([await userFor(join(own, named)), await userFor(join(folder, "link"))]).toEqual([NOBODY, NOBODY]);
});

test.skipIf(!isRoot)(
  "A command of root's stays root's over links of root's alone, and in a circle of them",
  async () => {
    const folder = createTemporaryFolder();
    mkdirSync(join(folder, "data"));
    symlinkSync("data", join(folder, "link"));
    symlinkSync("circle", join(folder, "circle"));
    expect([await userFor(join(folder, "link")), await userFor(join(folder, "circle/data"))]).toEqual([0, 0]);
  },
);
