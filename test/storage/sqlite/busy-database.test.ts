import { existsSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, it, vi } from "vitest";
import { storeFailed } from "../../../src/storage/failure.ts";
import { Checkpoints } from "../../../src/storage/sqlite/checkpoints.ts";
import { GroupCommit } from "../../../src/storage/sqlite/group-commit.ts";
import { openSqliteStores } from "../../../src/storage/sqlite/sqlite-stores.ts";
import { createLogger } from "../../../src/util/log.ts";
import { newMedia } from "../../contract/media-rows.ts";
import { createTemporaryFolder } from "../files/temporary-folder.ts";

const log = createLogger("fatal");

/** A database with a lock on it, and a writer that does not wait. */
function lockedDatabase() {
  const path = join(createTemporaryFolder(), "locked.db");
  const holder = new Database(path);
  holder.exec("pragma journal_mode = wal; create table t (x); begin immediate");
  const writer = new Database(path, { timeout: 0 });
  return { path, holder, writer };
}

describe("a database that another connection keeps locked", () => {
  it("is tried again with growing pauses, and what waits is written once it is free", async () => {
    vi.useFakeTimers();
    const { holder, writer } = lockedDatabase();
    const attempts: number[] = [];
    const insert = writer.prepare("insert into t values (?)");
    const commits = new GroupCommit((writes) => {
      attempts.push(Date.now());
      writer.transaction(() => writes.forEach((write) => write())).immediate();
    });
    const written = Promise.all([commits.add(() => insert.run(1)), commits.add(() => insert.run(2))]);
    while (attempts.length <= 6) await vi.advanceTimersByTimeAsync(1);
    holder.exec("commit");
    await vi.advanceTimersByTimeAsync(100);
    await written;
    vi.useRealTimers();
    expect(writer.prepare("select x from t").pluck().all()).toEqual([1, 2]);
    const pauses = attempts.slice(1).map((at, index) => at - (attempts[index] ?? 0));
    expect(pauses[0]).toBeLessThan(60);
    expect(pauses).toEqual(pauses.toSorted((one, other) => one - other));
    expect(pauses.slice(5).every((pause) => pause >= 95)).toBe(true);
    holder.close();
    writer.close();
  });

  it("ends in STORE_BUSY with Retry-After where it stays locked past the limit", async () => {
    const { holder, writer } = lockedDatabase();
    const commits = new GroupCommit((writes) => writes.forEach((write) => write()), 50);
    const insert = writer.prepare("insert into t values (1)");
    const failure = await commits.add(() => insert.run()).catch(storeFailed);
    expect(failure).toMatchObject({ code: "STORE_BUSY", status: 503, headers: { "Retry-After": "5" } });
    holder.close();
    writer.close();
  });

  it("does not keep the service from ending while it is still locked", async () => {
    const path = join(createTemporaryFolder(), "media.db");
    const stores = openSqliteStores({ path, log });
    const holder = new Database(path);
    holder.exec("begin immediate");
    const inserted = stores.media.insert(newMedia({ mediaId: "late" })).catch((error: unknown) => error);
    await stores.close();
    expect(await inserted).toMatchObject({ code: "STORE_BUSY" });
    holder.close();
  });

  it("is flushed while a transaction is open, without a complaint", async () => {
    const path = join(createTemporaryFolder(), "media.db");
    const said: string[] = [];
    const stores = openSqliteStores({ path, log: { ...log, warn: (_facts, message) => said.push(message) } });
    await stores.media.insert(newMedia({ mediaId: "before" }));
    const holder = new Database(path);
    holder.exec("begin immediate");
    await stores.flush();
    expect(said).toEqual([]);
    holder.close();
    await stores.close();
  });
});

describe("the log of what others wrote", () => {
  it("is flushed to the file although nothing was uploaded", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const path = join(createTemporaryFolder(), "media.db");
    const stores = openSqliteStores({ path, log });
    const module = new Database(path);
    module.pragma("wal_autocheckpoint = 0");
    module.exec("create table of_a_module (x); insert into of_a_module values (randomblob(100000))");
    const flush = vi.spyOn(Checkpoints.prototype, "flush");
    vi.advanceTimersByTime(5_000);
    expect(flush).toHaveBeenCalledTimes(1);
    await stores.flush();
    vi.advanceTimersByTime(5_000);
    expect(flush).toHaveBeenCalledTimes(2);
    vi.useRealTimers();
    module.close();
    await stores.close();
    expect(existsSync(`${path}-wal`)).toBe(false);
  });
});
