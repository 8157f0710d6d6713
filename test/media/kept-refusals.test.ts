import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, onTestFinished, test } from "vitest";
import { KeptRefusals } from "../../src/media/refusals/kept-refusals.ts";
import type { Refusal } from "../../src/media/refusals/refusal.ts";
import { openSqliteStores } from "../../src/storage/sqlite/sqlite-stores.ts";
import { createTemporaryFolder } from "../storage/files/temporary-folder.ts";
import { captureLog } from "../support/captured-log.ts";
import { startTestService } from "../support/service.ts";

const DAY_MS = 86_400_000;

function refusalOf(userId: string | null, refusedTs = Date.now()): Refusal {
  return {
    refusedTs,
    isEnforced: true,
    requestId: "a-1",
    userId,
    method: "POST",
    route: "upload",
    status: 413,
    errcode: "M_TOO_LARGE",
    code: "UPLOAD_TOO_LARGE",
    answeredBy: null,
    module: "a.B",
    callback: "c",
    setting: null,
    declaredBytes: null,
    receivedBytes: 7,
    limitBytes: 1000,
    limitPeriodMs: 0.5,
    limitSentBytes: 1,
    cause: null,
  };
}

function openKept() {
  const path = join(createTemporaryFolder(), "media.db");
  const log = captureLog();
  const stores = openSqliteStores({ path, log });
  const kept = new KeptRefusals(stores.refusals, log);
  onTestFinished(async () => {
    await kept.close();
    await stores.close();
  });
  kept.keepWithin({ keepForMs: DAY_MS, maxRows: 100_000 });
  return { kept, rows: stores.refusals, log, path };
}

describe("refusals that are kept", () => {
  test("come back as they were, the newest first", async () => {
    const { kept, rows } = openKept();
    const refusals = [
      refusalOf("@a:example.test"),
      { ...refusalOf("@b:example.test"), isEnforced: false },
      refusalOf(null),
    ];
    refusals.forEach((refusal) => kept.add(refusal));
    await kept.flush();
    expect(await rows.last(2)).toEqual(refusals.toReversed().slice(0, 2));
  });

  test("are the last ones, as many as the configuration says", async () => {
    const { kept, rows } = openKept();
    const refusals = Array.from({ length: 900 }, (_, index) => refusalOf(`@${index}:example.test`));
    refusals.forEach((refusal) => kept.add(refusal));
    await kept.flush();
    kept.keepWithin({ keepForMs: DAY_MS, maxRows: 10 });
    await kept.flush();
    expect(await rows.last(1000)).toEqual(refusals.toReversed().slice(0, 10));
  });

  test("are removed once they are old", async () => {
    const { kept, rows } = openKept();
    const [old, young] = [refusalOf("@a:example.test", Date.now() - 2 * DAY_MS), refusalOf("@a:example.test")];
    for (const refusal of [old, young]) kept.add(refusal);
    await kept.flush();
    expect(await rows.last(10)).toEqual([young]);
  });

  test("are none where the configuration keeps none", async () => {
    const { kept, rows } = openKept();
    for (const bounds of [
      { keepForMs: 0, maxRows: 10 },
      { keepForMs: DAY_MS, maxRows: 0 },
    ]) {
      kept.keepWithin(bounds);
      kept.add(refusalOf("@a:example.test"));
      await kept.flush();
      expect(await rows.last(10)).toEqual([]);
    }
  });

  test("are a hundred at once of one user, who does not push out another's", async () => {
    const { kept, rows } = openKept();
    const now = Date.now();
    for (let index = 0; index < 500; index += 1) kept.add(refusalOf("@eager:example.test", now));
    kept.add(refusalOf("@b:example.test", now));
    await kept.flush();
    const users = (await rows.last(1000)).map(({ userId }) => userId);
    expect(users.filter((user) => user === "@eager:example.test")).toHaveLength(100);
    expect(users[0]).toBe("@b:example.test");
  });

  test("are still kept of a user of whom much is only reported", async () => {
    const { kept, rows } = openKept();
    const refusal = refusalOf("@eager:example.test");
    for (let index = 0; index < 500; index += 1) kept.add({ ...refusal, isEnforced: false });
    kept.add(refusal);
    await kept.flush();
    const enforced = (await rows.last(1000)).map(({ isEnforced }) => isEnforced);
    expect(enforced).toEqual([true, ...Array.from({ length: 100 }, () => false)]);
  });

  test("wait for their commit in a bounded number, however many users there are", async () => {
    const { kept, rows } = openKept();
    for (let index = 0; index < 5000; index += 1) kept.add(refusalOf(`@${index}:example.test`));
    await kept.flush();
    expect(await rows.last(10_000)).toHaveLength(1000);
  });

  test("are missed without harm where the database fails, of which the log tells once", async () => {
    const { kept, rows, log, path } = openKept();
    const other = new Database(path);
    other.exec("alter table media_bridge_refusals rename to elsewhere");
    for (let index = 0; index < 3; index += 1) {
      kept.add(refusalOf("@a:example.test"));
      await kept.flush();
    }
    expect(log.lines.filter(({ level }) => level === "warn")).toMatchObject([
      { message: "refusals cannot be kept: media-bridge refusals will not tell of them" },
    ]);
    other.exec("alter table elsewhere rename to media_bridge_refusals");
    other.close();
    kept.add(refusalOf("@b:example.test"));
    await kept.flush();
    expect(await rows.last(10)).toMatchObject([{ userId: "@b:example.test" }]);
  });
});

test("A service whose table of refusals is gone refuses and stores uploads as before", async () => {
  const service = await startTestService({ config: { max_upload_size: 10 } });
  try {
    const db = new Database(join(service.folder, "data", "media.db"), { timeout: 5_000 });
    db.exec("drop table media_bridge_refusals");
    db.close();
    const refused = { method: "POST", body: "x".repeat(11), as: "alice" } as const;
    expect((await service.request("/_matrix/media/v3/upload", refused)).status).toBe(413);
    await service.log.waitFor(({ message }) => message.startsWith("refusals cannot be kept"));
    expect(await service.upload("small")).toMatch(/^\w+$/);
  } finally {
    await service.stop();
  }
});
