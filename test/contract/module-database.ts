import { describe, expect, it } from "vitest";
import { ModuleDatabaseError, type ModuleTransaction } from "../../src/module-api/module-database.ts";
import type { OpenModuleDatabase } from "../../src/storage/module-database/open-module-database.ts";

/** What every database of modules does. `open` answers an empty one; all tables of a test begin with `t_`. */
export function describeModuleDatabase(
  name: string,
  open: () => Promise<OpenModuleDatabase>,
  { uniqueViolation }: { uniqueViolation: string },
): void {
  describe(`the database of modules: ${name}`, () => {
    it("reads and writes with question marks, and commits when the function resolves", async () => {
      const database = await makeTable(open);
      const changed = await database.transaction("write", async (txn) => {
        const insert = "insert into t_quota values (?, ?, ?, ?)";
        await txn.change(insert, ["@a:x", 1, true, null]);
        await txn.change(insert, ["@b:x", 2n ** 60n, false, "why?"]);
        return txn.change("update t_quota set bytes = bytes + ? where data is null or data = 'why?'", [1]);
      });
      expect(changed).toBe(2);
      const rows = await database.transaction("read", (txn) =>
        txn.execute<{ user_id: string; bytes: number | bigint; data: string | null }>(
          "select user_id, bytes, data /* ? */ from t_quota where user_id in (?, ?) order by user_id -- ?",
          ["@a:x", "@b:x"],
        ),
      );
      expect(rows).toEqual([
        { user_id: "@a:x", bytes: 2, data: null },
        { user_id: "@b:x", bytes: 2n ** 60n + 1n, data: "why?" },
      ]);
      await database.close();
    });

    it("answers rows of a statement that returns them, and counts those it changed", async () => {
      const database = await makeTable(open);
      const [rows, count] = await database.transaction("returning", async (txn) => [
        await txn.execute("insert into t_quota (user_id, bytes) values (?, ?) returning bytes", ["@a:x", 5]),
        await txn.change("delete from t_quota returning user_id"),
      ]);
      expect(rows).toEqual([{ bytes: 5 }]);
      expect(count).toBe(1);
      await database.close();
    });

    it("takes everything back when the function rejects, and rejects with its error", async () => {
      const database = await makeTable(open);
      const mine = new Error("mine");
      const failed = database.transaction("fails", async (txn) => {
        await txn.execute("insert into t_quota (user_id) values ('@a:x')");
        throw mine;
      });
      await expect(failed).rejects.toBe(mine);
      const synchronous = database.transaction("fails", () => {
        throw mine;
      });
      await expect(synchronous).rejects.toBe(mine);
      expect(await database.transaction("read", (txn) => txn.execute("select * from t_quota"))).toEqual([]);
      await database.close();
    });

    it("tells what the database refused, with the engine's code", async () => {
      const database = await makeTable(open);
      const insert = "insert into t_quota (user_id) values ('@a:x')";
      const twice = database.transaction("twice", async (txn) => {
        await txn.execute(insert);
        await txn.execute(insert);
      });
      await expect(twice).rejects.toMatchObject({ name: "ModuleDatabaseError", code: "SQL", sqlCode: uniqueViolation });
      const misspelt = database.transaction("misspelt", (txn) => txn.execute("selec 1"));
      await expect(misspelt).rejects.toMatchObject({ code: "SQL", message: expect.stringContaining("syntax error") });
      await database.close();
    });

    it("rolls back what is past its deadline, and says so to code that still uses the transaction", async () => {
      const database = await makeTable(open);
      let later: Promise<unknown> | undefined;
      const { promise: gone, resolve: go } = Promise.withResolvers<void>();
      const late = database.transaction(
        "late",
        async (txn) => {
          await txn.execute("insert into t_quota (user_id) values ('@a:x')");
          await gone;
          later = txn.execute("select 1");
          await later;
        },
        { deadlineMs: 300 },
      );
      await expect(late).rejects.toMatchObject({ code: "DEADLINE", message: expect.stringContaining("late") });
      expect(await database.transaction("read", (txn) => txn.execute("select * from t_quota"))).toEqual([]);
      go();
      await gone;
      await expect(later).rejects.toBeInstanceOf(ModuleDatabaseError);
      await expect(later).rejects.toMatchObject({ code: "ENDED" });
      await database.close();
    });

    it("runs a function again where the database gave way to another writer", async () => {
      const database = await makeTable(open);
      await database.transaction("start", (txn) => txn.execute("insert into t_quota (user_id, bytes) values ('a', 0)"));
      const other = await open();
      let attempts = 0;
      await database.transaction("count", async (txn) => {
        attempts += 1;
        const [row] = await txn.execute<{ bytes: number }>("select bytes from t_quota");
        if (attempts === 1) await other.transaction("other", (there) => there.change("update t_quota set bytes = 10"));
        await txn.change("update t_quota set bytes = ?", [(row?.bytes ?? 0) + 1]);
      });
      expect(attempts).toBe(2);
      const rows = await database.transaction("read", (txn) => txn.execute("select bytes from t_quota"));
      expect(rows).toEqual([{ bytes: 11 }]);
      await Promise.all([database.close(), other.close()]);
    });

    it("serves transactions that were asked for together", async () => {
      const database = await makeTable(open);
      await database.transaction("start", (txn) => txn.execute("insert into t_quota (user_id, bytes) values ('a', 0)"));
      await Promise.all(Array.from({ length: 4 }, () => database.transaction("add", addOne)));
      const rows = await database.transaction("read", (txn) => txn.execute("select bytes from t_quota"));
      expect(rows).toEqual([{ bytes: 4 }]);
      await database.close();
    });
  });
}

async function makeTable(open: () => Promise<OpenModuleDatabase>): Promise<OpenModuleDatabase> {
  const database = await open();
  await database.transaction("make", async (txn) => {
    await txn.execute("drop table if exists t_quota");
    await txn.execute("create table t_quota (user_id text unique, bytes bigint, is_paid boolean, data text)");
  });
  return database;
}

function addOne(txn: ModuleTransaction): Promise<number> {
  return txn.change("update t_quota set bytes = bytes + 1");
}
