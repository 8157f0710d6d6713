import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isTokenText, secretFileWarnings } from "../../src/config/secret-file.ts";
import { createTemporaryFolder } from "../storage/files/temporary-folder.ts";

test.each([
  ["600", false],
  ["640", false],
  ["604", true],
  ["644", true],
])("A secret file of mode %s is warned of: %j", (mode, isOpen) => {
  const path = join(createTemporaryFolder(), "secret");
  writeFileSync(path, "secret");
  chmodSync(path, Number.parseInt(mode, 8));
  const warning = `${path}: every user of this machine may read the token (chmod o-r)`;
  expect(secretFileWarnings(path, "the token")).toEqual(isOpen ? [warning] : []);
});

test.each([
  ["syt_YWxpY2U_~!", true],
  ["", false],
  ["two words", false],
  ["line\n", false],
  ["tökén", false],
])("A token may be %j: %j", (text, isToken) => {
  expect(isTokenText(text)).toBe(isToken);
});
