import { createHash } from "node:crypto";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { makeFolder, start } from "./deletions.ts";

test("A quarantine that was cut short is completed before the first request of the next start", async () => {
  const folder = makeFolder();
  const first = await start({ folder });
  const mediaId = await first.upload("the same");
  await first.stop();
  const database = new Database(join(folder, "data", "media.db"));
  const sha256 = createHash("sha256").update("the same").digest("hex");
  // As a process that was killed after its first commit leaves it.
  database.prepare("insert into media_bridge_quarantined_hashes values (?, '@admin:example.test', 1, '')").run(sha256);
  database.close();
  const second = await start({ folder });
  const path = `/_matrix/client/v1/media/download/example.test/${mediaId}`;
  expect((await second.request(path, { as: "alice" })).status).toBe(404);
  const { facts } = await second.log.waitFor(({ message }) => message.startsWith("a quarantine that a stop"));
  expect(facts["quarantined"]).toBe(1);
});
