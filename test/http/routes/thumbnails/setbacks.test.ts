import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { afterEach, expect, test, vi } from "vitest";
import { startThumbnailService, type ThumbnailService } from "../../support/thumbnail-service.ts";

const CROP = "width=96&height=96&method=crop";
const MINUTE_MS = 60_000;

afterEach(() => void vi.useRealTimers());

/** A disk that takes no thumbnails: a file is where their folder belongs. Returns what mends it. */
function breakDisk(service: ThumbnailService): () => void {
  const path = join(service.folder, "media/local_thumbnails");
  writeFileSync(path, "");
  return () => rmSync(path);
}

/** A disk that takes nothing new: a file is where the folder of uploads under way belongs. Returns what mends it. */
function breakUploadsFolder(service: ThumbnailService): () => void {
  const path = join(service.folder, "data/uploads");
  renameSync(path, `${path}.aside`);
  writeFileSync(path, "");
  return () => {
    rmSync(path);
    renameSync(`${path}.aside`, path);
  };
}

async function startWithout(sizes: readonly object[] = []): Promise<ThumbnailService> {
  return startThumbnailService({ config: { thumbnail_sizes: sizes } });
}

const statusOf = async (service: ThumbnailService, mediaId: string) => (await service.thumbnail(mediaId, CROP)).status;

test("A thumbnail that failed by circumstances is not tried again for a minute, and then is", async () => {
  const service = await startWithout();
  const mediaId = await service.uploadPicture("jpeg-photo.jpg");
  const mend = breakDisk(service);
  expect(await statusOf(service, mediaId)).toBe(500);
  mend();
  const refused = await service.thumbnail(mediaId, CROP);
  expect([refused.status, refused.headers.get("Retry-After")]).toEqual([503, "2"]);
  expect(await service.jobs()).toEqual({ made: 1 });
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + MINUTE_MS });
  expect(await statusOf(service, mediaId)).toBe(200);
  expect(await service.jobs()).toEqual({ made: 2 });
});

test("Requests in vain while the disk takes nothing new do not delay the next attempt", async () => {
  const service = await startWithout();
  const mediaId = await service.uploadPicture("jpeg-photo.jpg");
  const mend = breakUploadsFolder(service);
  for (let request = 0; request < 5; request += 1) expect(await statusOf(service, mediaId)).toBe(500);
  mend();
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + MINUTE_MS });
  expect(await statusOf(service, mediaId)).toBe(200);
});

test("A failure by circumstances holds back no equal bytes of others, and what is made of them serves all", async () => {
  const service = await startWithout();
  const first = await service.uploadPicture("jpeg-photo.jpg");
  const mend = breakDisk(service);
  expect(await statusOf(service, first)).toBe(500);
  mend();
  const second = await service.uploadPicture("jpeg-photo.jpg", { as: "bob" });
  expect(await statusOf(service, second)).toBe(200);
  expect(await statusOf(service, first)).toBe(200);
  expect(await service.jobs()).toEqual({ made: 2 });
});

test("A new picture whose first thumbnail is too much still has the usual ones", async () => {
  const service = await startWithout([{ width: 96, height: 96, method: "crop" }]);
  const create = { width: 6400, height: 4900, channels: 3, background: "#888888" } as const;
  const mediaId = await service.upload(await sharp({ create }).webp({ effort: 0 }).toBuffer(), { type: "image/webp" });
  await service.untilRows(mediaId, 1);
  // As for a picture that nothing has looked at: its thumbnails are made on demand.
  service.sql("delete from media_bridge_pictures");
  service.sql("delete from local_media_repository_thumbnails");
  expect((await service.thumbnail(mediaId, "width=6400&height=4900")).status).toBe(200);
  expect(service.rows(mediaId)).toEqual(["96x96 crop image/jpeg"]);
  expect(await statusOf(service, mediaId)).toBe(200);
  expect(await service.jobs()).toEqual({ made: 2, memory: 1 });
});
