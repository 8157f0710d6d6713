import {
  existsSync,
  linkSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { localFile } from "../../../src/media-file.ts";
import { KeptFiles } from "../../../src/server/shadow/kept-files.ts";

const INFO = localFile("abcdefgh");

function createFolder() {
  const folder = mkdtempSync(join(tmpdir(), "media-bridge-kept-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "upload");
  writeFileSync(file, "bytes");
  return { folder, file, kept: new KeptFiles(join(folder, "kept")) };
}

test("A file is kept until every holder has let go", async () => {
  const { file, kept, folder } = createFolder();
  const link = await kept.keep(file, INFO);
  const [one, other] = [link.hold(), link.hold()];
  rmSync(file);
  const held = await one.copy();
  expect(held).toEqual({ path: join(folder, "kept/1/1/local_content/ab/cd/efgh"), lengthBytes: 5 });
  expect(statSync(join(folder, "kept/1")).mode & 0o777).toBe(0o700);
  link.release();
  expect(readFileSync(held?.path ?? "", "utf8")).toBe("bytes");
  one.release();
  expect(await other.copy()).toEqual({ path: join(folder, "kept/1/2/local_content/ab/cd/efgh"), lengthBytes: 5 });
  other.release();
  await vi.waitFor(() => expect(existsSync(join(folder, "kept/1"))).toBe(false));
});

test("A file that is gone, or would be one too many, is not linked", async () => {
  const { file, kept } = createFolder();
  expect(await (await kept.keep(`${file}.gone`, INFO)).hold().copy()).toBeUndefined();
  const links = await Promise.all(Array.from({ length: 100 }, () => kept.keep(file, INFO)));
  const linked = await Promise.all(links.map((link) => link.hold().copy()));
  // One place is taken by the file that was gone, whose holder has not let go.
  expect(linked.filter((link) => link === undefined)).toHaveLength(1);
});

test("A link that is handed over is gone from its place, whether there was room for it or not", async () => {
  const { file, kept } = createFolder();
  const [taken, other] = [`${file}.taken`, `${file}.other`];
  linkSync(file, taken);
  expect(readFileSync((await (await kept.takeOver(taken, INFO)).hold().copy())?.path ?? "", "utf8")).toBe("bytes");
  await Promise.all(Array.from({ length: 99 }, () => kept.keep(file, INFO)));
  linkSync(file, other);
  expect(await (await kept.takeOver(other, INFO)).hold().copy()).toBeUndefined();
  expect([existsSync(taken), existsSync(other), existsSync(file)]).toEqual([false, false, true]);
});

test("Files beyond 256 MiB together are not linked; a single one may be larger", async () => {
  const { file, kept } = createFolder();
  truncateSync(file, 300 * 2 ** 20);
  const large = await kept.keep(file, INFO);
  expect(await large.hold().copy()).toBeDefined();
  expect(await (await kept.keep(file, INFO)).hold().copy()).toBeUndefined();
});

test("What a holder writes into its copy, or removes, changes neither the file nor another copy", async () => {
  const { file, kept } = createFolder();
  const link = await kept.keep(file, INFO);
  const [one, other] = [await link.hold().copy(), await link.hold().copy()];
  writeFileSync(one?.path ?? "", "changed");
  expect(readFileSync(file, "utf8")).toBe("bytes");
  expect(readFileSync(other?.path ?? "", "utf8")).toBe("bytes");
  rmSync(dirname(one?.path ?? ""), { recursive: true });
  expect(
    readFileSync(
      await link
        .hold()
        .copy()
        .then((third) => third?.path ?? ""),
      "utf8",
    ),
  ).toBe("bytes");
});
