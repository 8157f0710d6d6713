import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { TestClock } from "../../../src/testing/test-clock.ts";
import { DeletingStore, PACE } from "./deleting-store.ts";

test("A deletion that is under way after a failure of the database is not looked for again and again", async () => {
  const clock = new TestClock(Date.now());
  const waitsMs: number[] = [];
  const after: TestClock["after"] = (delayMs, call) => {
    waitsMs.push(delayMs);
    return clock.after(delayMs, call);
  };
  const here = new DeletingStore({ now: clock.now, after });
  const gate = Promise.withResolvers<void>();
  onTestFinished(async () => {
    gate.resolve();
    await here.close();
  });
  for (const mediaId of ["fails", "takes-long"]) await here.upload(mediaId);
  const database = new Database(here.databasePath, { timeout: 5_000 });
  onTestFinished(() => void database.close());
  database.exec(
    "create trigger full before delete on media_bridge_deletions when old.media_id = 'fails' begin select raise(abort, 'full'); end",
  );
  const tell = async ({ args: [mediaId] }: { args: [string] }) => {
    if (mediaId === "takes-long") await gate.promise;
    return { unheard: [], ended: [], late: [] };
  };
  here.deletion.use({ chain: { tell } as unknown as typeof here.chain, copies: undefined });
  await here.deletion.delete(["fails", "takes-long"]);
  await here.log.waitFor(({ message }) => message.startsWith("the journal of deletions cannot"));
  database.exec("drop trigger full");
  while ((await here.stores.deletions.count()) > 1) await clock.advance(1);
  const waitsBefore = waitsMs.length;
  for (let index = 0; index < 100; index += 1) await clock.advance(1);
  expect(waitsMs.slice(waitsBefore).filter((waitMs) => waitMs <= PACE.firstRetryMs)).toEqual([]);
});
