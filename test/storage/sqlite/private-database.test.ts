import { chmodSync, existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openSqliteStores } from "../../../src/storage/sqlite/sqlite-stores.ts";
import { captureLog } from "../../support/captured-log.ts";
import { createTemporaryFolder } from "../files/temporary-folder.ts";

const SUFFIXES = ["", "-wal", "-shm"];
let umask: number;

// The worst case: whatever is made without a mode of its own may be read by every user.
beforeEach(() => void (umask = process.umask(0)));
afterEach(() => void process.umask(umask));

function modesOf(path: string): Record<string, string> {
  const there = SUFFIXES.filter((suffix) => existsSync(path + suffix));
  return Object.fromEntries(there.map((suffix) => [suffix, (statSync(path + suffix).mode & 0o777).toString(8)]));
}

describe("the database of media rows", () => {
  test("is its owner's alone from the start, with the log and the index beside it", async () => {
    const path = join(createTemporaryFolder(), "deeper/media.db");
    const rows = openSqliteStores({ path, log: captureLog() });
    expect(modesOf(path)).toEqual({ "": "600", "-wal": "600", "-shm": "600" });
    await rows.close();
    expect(modesOf(path)).toEqual({ "": "600" });
  });

  test("A database that an earlier release made readable for all is its owner's alone once it is opened", async () => {
    const path = join(createTemporaryFolder(), "media.db");
    const first = openSqliteStores({ path, log: captureLog() });
    for (const suffix of SUFFIXES) chmodSync(path + suffix, 0o644);
    const second = openSqliteStores({ path, log: captureLog() });
    expect(modesOf(path)).toEqual({ "": "600", "-wal": "600", "-shm": "600" });
    await first.close();
    await second.close();
  });
});
