import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import Database from "better-sqlite3";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { AccessTimes } from "../../src/media/download/access-times.ts";
import { captureLog } from "../support/captured-log.ts";
import { startTestService } from "../support/service.ts";

test("Reading media is remembered in last_access_ts when the service stops; media that was not read has none", async () => {
  const folder = mkdtempSync(join(tmpdir(), "media-bridge-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const service = await startTestService({ folder });
  const [read, headed, cached, unread] = await Promise.all(["a", "b", "c", "d"].map((body) => service.upload(body)));
  const startedTs = Date.now();
  await service.request(path(read), { as: "alice" });
  await service.request(path(headed), { as: "alice", method: "HEAD" });
  const { headers } = await service.request(path(cached), { as: "alice", method: "HEAD" });
  const again = await service.request(path(cached), {
    as: "alice",
    headers: { "If-None-Match": headers.get("etag") ?? "" },
  });
  expect(again.status).toBe(304);
  await service.request(path("nosuchmedia"), { as: "alice" });
  await service.stop();
  const db = new Database(join(folder, "data/media.db"), { readonly: true });
  const tsOf = (mediaId: string | undefined) =>
    db.prepare("select last_access_ts from local_media_repository where media_id = ?").pluck().get(mediaId);
  for (const mediaId of [read, headed, cached]) expect(tsOf(mediaId)).toBeGreaterThanOrEqual(startedTs);
  expect(tsOf(unread)).toBeNull();
  db.close();
});

function path(mediaId = ""): string {
  return `/_matrix/client/v1/media/download/example.test/${mediaId}`;
}

test("They are written in one batch for all reads, without being asked", async () => {
  const batches: string[][] = [];
  const written = new Promise<void>((resolve) => {
    const rows = {
      async touch(mediaIds: readonly string[]) {
        batches.push([...mediaIds]);
        resolve();
      },
    };
    const times = new AccessTimes(rows, captureLog(), 1);
    for (const mediaId of ["a", "b", "a", "c"]) times.mark(mediaId);
  });
  await written;
  expect(batches).toEqual([["a", "b", "c"]]);
});

test("What could not be written is written the next time", async () => {
  const batches: string[][] = [];
  let fails = true;
  const rows = {
    async touch(mediaIds: readonly string[]) {
      if (fails) throw new Error("locked");
      batches.push([...mediaIds]);
    },
  };
  const log = captureLog();
  const times = new AccessTimes(rows, log);
  times.mark("a");
  await times.flush();
  fails = false;
  times.mark("b");
  await times.flush();
  expect(batches).toEqual([["a", "b"]]);
  expect(log.text()).toContain("times of access could not be written");
});

test("Many are written in pieces, so that no commit is long", async () => {
  const sizes: number[] = [];
  const rows = {
    async touch(mediaIds: readonly string[]) {
      sizes.push(mediaIds.length);
    },
  };
  const times = new AccessTimes(rows, captureLog());
  for (let index = 0; index < 1201; index++) times.mark(`media${index}`);
  await times.flush();
  expect(sizes).toEqual([500, 500, 201]);
});
