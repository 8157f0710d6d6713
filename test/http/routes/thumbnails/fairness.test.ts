import sharp from "sharp";
import { expect, test } from "vitest";
import { openSpamGate } from "../../support/spam-gate.ts";
import { startThumbnailService } from "../../support/thumbnail-service.ts";

const FLOOD = 30;

/** Photos of 12 megapixels, each with bytes of its own. */
async function makePhotos(count: number): Promise<Buffer[]> {
  const create = { width: 4000, height: 3000, channels: 3, background: "#336699" } as const;
  const photo = await sharp({ create }).jpeg().toBuffer();
  return Array.from({ length: count }, (_, index) => Buffer.concat([photo, Buffer.from(`photo ${index}`)]));
}

test("A user's flood of large photos keeps no thumbnails from another user", async () => {
  const service = await startThumbnailService();
  const [own = Buffer.alloc(0), ...flood] = await makePhotos(FLOOD + 1);
  const uploads = flood.map((photo) => service.upload(photo, { as: "alice", type: "image/jpeg" }));
  const floodIds = await Promise.all(uploads);
  const mediaId = await service.upload(own, { as: "bob", type: "image/jpeg" });
  await service.untilRows(mediaId, 5);
  const waiting = floodIds.filter((id) => service.rows(id).length === 0);
  // One child, or two on a larger machine, decodes them one after the other.
  expect(waiting.length).toBeGreaterThan(FLOOD / 4);
});

test("Past a hundred uploads of a user that wait for their thumbnails, none are made beforehand, but those of others are", async () => {
  const gate = await openSpamGate();
  const service = await startThumbnailService({
    config: { modules: [gate.module], thumbnail_sizes: [{ width: 32, height: 32, method: "crop" }] },
  });
  const release = gate.holdThumbnails();
  const create = { width: 40, height: 40, channels: 3, background: "#336699" } as const;
  const picture = await sharp({ create }).jpeg().toBuffer();
  const upload = (as: "alice" | "bob", number: number) =>
    service.upload(Buffer.concat([picture, Buffer.from(`${as} ${number}`)]), { as, type: "image/jpeg" });
  const ids: string[] = [];
  for (let number = 0; number < 103; number += 1) ids.push(await upload("alice", number));
  const other = await upload("bob", 0);
  release();
  await service.untilRows(other, 1);
  await service.untilIdle();
  expect(ids.filter((mediaId) => service.rows(mediaId).length > 0)).toEqual(ids.slice(0, 100));
});
