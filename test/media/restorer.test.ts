import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { MediaRestorer } from "../../src/media/copies/restorer.ts";
import type { StorageProvider, WantedFile } from "../../src/media/copies/provider.ts";
import { openFilesystemBlobs } from "../../src/storage/files/filesystem-blobs.ts";
import { newMedia } from "../contract/media-rows.ts";
import { createTemporaryFolder } from "../storage/files/temporary-folder.ts";
import { captureLog } from "../support/captured-log.ts";

const PROVIDER: StorageProvider = {
  name: "slow",
  storeLocal: true,
  storeRemote: false,
  storeSynchronous: true,
  store: async () => undefined,
};
const CONTENT = "back again";
const ROWS = { find: async (mediaId: string) => mediaOf(mediaId) };

test("A file that gets no turn in time, since a provider takes its time over another, is answered 503; the next turn is free again", async () => {
  const blobs = openFilesystemBlobs({ mediaStorePath: createTemporaryFolder(), log: captureLog() });
  const [asked, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const fetch = async ({ spoolPath }: WantedFile) => {
    asked.resolve();
    await goOn.promise;
    writeFileSync(spoolPath, CONTENT);
    return true;
  };
  const restorer = new MediaRestorer({ all: [PROVIDER], fetch }, blobs, ROWS, { fetchesAtOnce: 1, patienceMs: 20 });
  const [first, second] = [mediaOf("firstfile"), mediaOf("secondfile")];
  const fetching = restorer.open(first);
  await asked.promise;
  await expect(restorer.open(second)).rejects.toMatchObject({
    code: "PROVIDER_UNAVAILABLE",
    status: 503,
    headers: { "Retry-After": "5" },
  });
  goOn.resolve();
  for (const open of [() => fetching, () => restorer.open(second)]) {
    const reader = await open();
    expect(reader?.size).toBe(CONTENT.length);
    await reader?.close();
  }
  await blobs.close();
});

function mediaOf(mediaId: string) {
  const sha256 = createHash("sha256").update(CONTENT).digest("hex");
  return { ...newMedia({ mediaId, mediaLength: CONTENT.length, sha256 }), quarantinedBy: null };
}
