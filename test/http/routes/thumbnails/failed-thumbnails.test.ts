import sharp from "sharp";
import { expect, test } from "vitest";
import { openSpamGate } from "../../support/spam-gate.ts";
import { startThumbnailService, type ThumbnailService } from "../../support/thumbnail-service.ts";

const CROP = "width=96&height=96&method=crop";

/** As after one thumbnail of a known picture that took too much memory. */
function rememberFailure(service: ThumbnailService): void {
  service.sql("update media_bridge_pictures set failure = 'MEMORY', looked_ts = ?", Date.now());
}

test("A thumbnail that takes too much memory keeps none from other media with the same bytes", async () => {
  const service = await startThumbnailService();
  const create = { width: 6400, height: 4900, channels: 3, background: "#888888" } as const;
  const picture = await sharp({ create }).webp({ effort: 0 }).toBuffer();
  const first = await service.upload(picture, { type: "image/webp" });
  await service.untilRows(first, 5);
  // As large as the picture itself: the child has not enough memory, and the next smaller thumbnail is served.
  expect((await service.thumbnail(first, "width=6400&height=4900")).status).toBe(200);
  expect(await service.jobs()).toEqual({ made: 1, memory: 1 });
  const second = await service.upload(picture, { as: "bob", type: "image/webp" });
  expect(await service.untilRows(second, 5)).toEqual(service.rows(first));
  expect((await service.thumbnail(second, CROP)).status).toBe(200);
  expect(await service.jobs()).toEqual({ made: 1, memory: 1 });
});

test("Where one thumbnail failed and there is no other, a request has the usual ones made", async () => {
  const service = await startThumbnailService();
  const mediaId = await service.uploadPicture("jpeg-photo.jpg");
  const made = await service.untilRows(mediaId, 5);
  await service.untilIdle();
  rememberFailure(service);
  service.sql("delete from local_media_repository_thumbnails");
  expect((await service.thumbnail(mediaId, "width=3000&height=3000")).status).toBe(200);
  expect(service.rows(mediaId)).toEqual(made);
  expect(await service.jobs()).toEqual({ made: 2 });
});

test("Requests that wait for one thumbnail are refused together: it is made once, and checked once", async () => {
  const gate = await openSpamGate();
  const service = await startThumbnailService({ config: { modules: [gate.module], thumbnail_sizes: [] } });
  const mediaId = await service.uploadPicture("jpeg-photo.jpg");
  const asked = Promise.withResolvers<void>();
  const waiting = Promise.withResolvers<void>();
  gate.answer = async (): Promise<403> => {
    asked.resolve();
    await waiting.promise;
    return 403;
  };
  const first = service.thumbnail(mediaId, CROP);
  await asked.promise;
  const others = [1, 2, 3, 4].map(() => service.thumbnail(mediaId, CROP));
  // Their connections were taken before this one.
  await service.request("/health");
  waiting.resolve();
  expect((await Promise.all([first, ...others])).map(({ status }) => status)).toEqual([404, 404, 404, 404, 404]);
  expect(gate.thumbnails()).toHaveLength(1);
  expect(await service.jobs()).toEqual({ made: 1 });
});
