import { createHash } from "node:crypto";
import { loadModule } from "synapse-media-bridge/testing";
import { expect, test } from "vitest";

const MODULE = new URL("hash-list.ts", import.meta.url);
const ALICE = "@alice:example.test";
const BAD = "a bad file";
const BAD_HASH = sha256(BAD);
const CONFIG = { refused: { [BAD_HASH.toUpperCase()]: "it is a bad file" } };

test("A file whose hash is in the table is refused with the reason", async () => {
  await using module = await loadModule(MODULE, CONFIG);
  await expect(module.call("checkMediaFileForSpam", BAD)).rejects.toMatchObject({
    status: 403,
    errcode: "M_FORBIDDEN",
    message: "This file is not accepted here: it is a bad file",
  });
  for (const content of ["", "another file", `${BAD}\n`]) {
    expect(await module.call("checkMediaFileForSpam", content)).toBe("NOT_SPAM");
  }
});

test("A hash that others add counts at once", async () => {
  await using module = await loadModule(MODULE, CONFIG);
  expect(await module.call("checkMediaFileForSpam", "new")).toBe("NOT_SPAM");
  await module.database.transaction("add", (txn) =>
    txn.execute("insert into example_refused_hashes values (?, 'ü')", [sha256("new")]),
  );
  await expect(module.call("checkMediaFileForSpam", "new")).rejects.toThrow("ü");
});

test("A thumbnail is not looked at", async () => {
  await using module = await loadModule(MODULE, CONFIG);
  const thumbnail = { width: 32, height: 32, method: "crop" as const, type: "image/png", length: 10 };
  expect(await module.call("checkMediaFileForSpam", BAD, { thumbnail })).toBe("NOT_SPAM");
});

test("The table of uploads follows uploads and deletions", async () => {
  await using module = await loadModule(MODULE, CONFIG);
  const readUploads = () => module.database.transaction("read", (txn) => txn.execute("select * from example_uploads"));
  await module.call("checkMediaFileForSpam", "kept", { fileId: "media" });
  await module.call("onMediaUploaded", ALICE, "media", 4);
  await module.call("onMediaUploaded", ALICE, "never looked at", 4);
  expect(await readUploads()).toEqual([{ media_id: "media", user_id: ALICE, sha256: sha256("kept"), size_bytes: 4 }]);
  await module.call("onMediaDeleted", "media");
  expect(await readUploads()).toEqual([]);
});

test.each([{ abc: "too short" }, { [BAD_HASH]: 1 }])(
  "A mistake in the configuration ends the start: %j",
  async (refused) => {
    await expect(loadModule(MODULE, { refused })).rejects.toThrow("config.refused");
  },
);

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
