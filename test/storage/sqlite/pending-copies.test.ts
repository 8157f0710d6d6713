import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { localFile } from "../../../src/media-file.ts";
import { openSqliteStores, type SqliteStores } from "../../../src/storage/sqlite/sqlite-stores.ts";
import { newMedia } from "../../contract/media-rows.ts";
import { captureLog } from "../../support/captured-log.ts";
import { createTemporaryFolder } from "../files/temporary-folder.ts";

describe("what is still to be stored", () => {
  let stores: SqliteStores;
  let path: string;
  beforeEach(() => {
    path = join(createTemporaryFolder(), "media.db");
    stores = openSqliteStores({ path, log: captureLog() });
  });
  afterEach(() => stores.close());

  const upload = (mediaId: string, copyLater: readonly string[], createdTs = 1000) =>
    stores.media.insert(newMedia({ mediaId, createdTs, copyLater }));
  const dueIds = async (provider: string, nowTs = 5000, limit = 10) =>
    (await stores.copies.due(provider, nowTs, limit)).map(({ file }) => file.fileId);

  it("is committed with the row of the media, for each provider of its own", async () => {
    await upload("aaaaaaaa", ["one", "two"]);
    await upload("bbbbbbbb", ["two"]);
    await upload("cccccccc", []);
    expect(await stores.copies.due("one", 5000, 10)).toEqual([
      { provider: "one", file: localFile("aaaaaaaa"), attempts: 0 },
    ]);
    expect(await dueIds("two")).toEqual(["aaaaaaaa", "bbbbbbbb"]);
    expect(await stores.copies.counts()).toEqual(new Map([["one", 1], ["two", 2]])); // prettier-ignore
  });

  it("is not there where the row could not be committed", async () => {
    await upload("aaaaaaaa", ["one"]);
    await stores.copies.done({ provider: "one", file: localFile("aaaaaaaa"), attempts: 0 });
    await expect(upload("aaaaaaaa", ["one"])).rejects.toMatchObject({ code: "STORE_FAILED" });
    expect(await dueIds("one")).toEqual([]);
  });

  it("is committed with the content of an id that was created first", async () => {
    const allowance = { maxPending: 5, expiredTs: 0 };
    const pending = { mediaId: "aaaaaaaa", createdTs: 1, userId: "@a:b", authenticated: true };
    await stores.pending.create(pending, allowance);
    expect(await dueIds("one")).toEqual([]);
    const { createdTs: uploadedTs, ...media } = newMedia({ mediaId: "aaaaaaaa", copyLater: ["one"] });
    expect(await stores.pending.complete({ ...media, uploadedTs })).toBe(true);
    expect(await dueIds("one", uploadedTs)).toEqual(["aaaaaaaa"]);
    expect(await stores.pending.complete({ ...media, uploadedTs, copyLater: ["two"] })).toBe(false);
    expect(await dueIds("two", uploadedTs)).toEqual([]);
  });

  it("is due at once where a clock that was wrong wrote when", async () => {
    await upload("aaaaaaaa", ["one"], 9_000_000_000);
    await upload("bbbbbbbb", ["one"], 1000);
    expect(await dueIds("one")).toEqual(["bbbbbbbb", "aaaaaaaa"]);
  });

  it("is due the longest waiting first, no more than asked for, and never before its time", async () => {
    await upload("cccccccc", ["one"], 3000);
    await upload("aaaaaaaa", ["one"], 1000);
    await upload("bbbbbbbb", ["one"], 2000);
    expect(await dueIds("one", 2000)).toEqual(["aaaaaaaa", "bbbbbbbb"]);
    expect(await dueIds("one", 5000, 1)).toEqual(["aaaaaaaa"]);
    expect(await stores.copies.nextDueTs("one", 2000)).toBe(3000);
    expect(await stores.copies.nextDueTs("one", 3000)).toBeUndefined();
  });

  it("is put off with each failure, and gone once it is done, also for who opens the database next", async () => {
    await upload("aaaaaaaa", ["one"]);
    const [first] = await stores.copies.due("one", 5000, 1);
    if (first === undefined) throw new Error("nothing is due");
    await stores.copies.postpone(first, 9000);
    expect(await dueIds("one", 8999)).toEqual([]);
    await stores.close();
    stores = openSqliteStores({ path, log: captureLog() });
    expect(await stores.copies.due("one", 9000, 1)).toEqual([{ ...first, attempts: 1 }]);
    await stores.copies.done(first);
    expect(await stores.copies.counts()).toEqual(new Map());
  });
});
