import { appendFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { expect, test } from "vitest";
import { openSpamGate } from "../../support/spam-gate.ts";
import { startThumbnailService, type ThumbnailService } from "../../support/thumbnail-service.ts";
import { seePicture } from "../../../thumbnailing/see-picture.ts";

const CROP = "width=96&height=96&method=crop";
const QUARTERS = "[red green blue yellow]";
const NONE_BEFOREHAND = { config: { thumbnail_sizes: [], dynamic_thumbnails: true } };

async function see(answer: Response): Promise<string> {
  return seePicture(Buffer.from(await answer.arrayBuffer()));
}

function pathOf(service: ThumbnailService, mediaId: string, name: string): string {
  return join(
    service.folder,
    "media/local_thumbnails",
    mediaId.slice(0, 2),
    mediaId.slice(2, 4),
    mediaId.slice(4),
    name,
  );
}

test("A request waits for the thumbnails that are being made, and nothing is decoded twice", async () => {
  const gate = await openSpamGate();
  const service = await startThumbnailService({ config: { modules: [gate.module] } });
  const release = gate.holdThumbnails();
  const mediaId = await service.uploadPicture("jpeg-photo.jpg");
  const waiting = [96, 320, 800].map((width) => service.thumbnail(mediaId, `width=${width}&height=${width * 0.75}`));
  await service.request("/health");
  release();
  expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(await service.jobs()).toEqual({ made: 1 });
});

test("A thumbnail that is not made within timeout_ms is 503 with Retry-After, and is there later", async () => {
  const gate = await openSpamGate();
  const service = await startThumbnailService({ config: { modules: [gate.module], thumbnail_sizes: [] } });
  const release = gate.holdThumbnails();
  const mediaId = await service.uploadPicture("jpeg-photo.jpg");
  const late = await service.thumbnail(mediaId, `${CROP}&timeout_ms=1`);
  expect([late.status, late.headers.get("retry-after"), await late.json()]).toMatchObject([
    503,
    "2",
    { errcode: "M_UNKNOWN" },
  ]);
  const second = service.thumbnail(mediaId, CROP);
  release();
  expect((await second).status).toBe(200);
});

test("What was made on demand is kept, and is the same at the next request", async () => {
  const service = await startThumbnailService(NONE_BEFOREHAND);
  const mediaId = await service.uploadPicture("jpeg-photo.jpg");
  const [first, again] = [await service.thumbnail(mediaId, CROP), await service.thumbnail(mediaId, CROP)];
  expect(first.headers.get("etag")).toBe(again.headers.get("etag"));
  expect(Buffer.from(await first.arrayBuffer()).equals(Buffer.from(await again.arrayBuffer()))).toBe(true);
  expect(service.rows(mediaId)).toHaveLength(1);
  expect(await service.jobs()).toEqual({ made: 1 });
});

test("A thumbnail is served with ETag and 304, by HEAD and in ranges, as downloads are", async () => {
  const service = await startThumbnailService();
  const mediaId = await service.uploadPicture("jpeg-photo.jpg");
  const whole = await service.thumbnail(mediaId, CROP);
  const bytes = Buffer.from(await whole.arrayBuffer());
  const etag = whole.headers.get("etag") ?? "";
  const unchanged = await service.thumbnail(mediaId, CROP, { headers: { "If-None-Match": etag } });
  expect([unchanged.status, unchanged.headers.get("etag")]).toEqual([304, etag]);
  const other = await service.thumbnail(mediaId, "width=320&height=240", { headers: { "If-None-Match": etag } });
  expect(other.status).toBe(200);
  const head = await service.thumbnail(mediaId, CROP, { method: "HEAD" });
  expect([head.status, head.headers.get("content-length")]).toEqual([200, String(bytes.length)]);
  const range = await service.thumbnail(mediaId, CROP, { headers: { Range: "bytes=2-5" } });
  expect([range.status, Buffer.from(await range.arrayBuffer())]).toEqual([206, bytes.subarray(2, 6)]);
});

test("A thumbnail whose file is gone, or cut short, is made again", async () => {
  const service = await startThumbnailService(NONE_BEFOREHAND);
  const mediaId = await service.uploadPicture("jpeg-photo.jpg");
  await service.thumbnail(mediaId, CROP);
  const path = pathOf(service, mediaId, "96-96-image-jpeg-crop");
  for (const damage of [() => rmSync(path), () => truncateSync(path, 0), () => appendFileSync(path, "more")]) {
    damage();
    const answer = await service.thumbnail(mediaId, CROP);
    expect(await see(answer)).toBe(`image/jpeg 96x96 ${QUARTERS}`);
  }
  expect(await service.jobs()).toEqual({ made: 4 });
  expect(service.rows(mediaId)).toEqual(["96x96 crop image/jpeg"]);
});

test("Where the original is gone as well the thumbnail is 404", async () => {
  const service = await startThumbnailService(NONE_BEFOREHAND);
  const mediaId = await service.uploadPicture("jpeg-photo.jpg");
  const parts = ["media/local_content", mediaId.slice(0, 2), mediaId.slice(2, 4), mediaId.slice(4)];
  rmSync(join(service.folder, ...parts));
  expect((await service.thumbnail(mediaId, CROP)).status).toBe(404);
});

test("One media gets 16 thumbnails on demand, however many sizes are asked for; then the next larger one answers", async () => {
  const service = await startThumbnailService({ config: { dynamic_thumbnails: true } });
  const mediaId = await service.uploadPicture("jpeg-photo.jpg");
  await service.untilRows(mediaId, 5);
  for (let side = 100; side < 130; side += 1) {
    const answer = await service.thumbnail(mediaId, `width=${side}&height=${side}&method=crop`);
    const [, width = 0] = / (\d+)x/.exec(await see(answer)) ?? [];
    expect(Number(width)).toBeGreaterThanOrEqual(side);
  }
  expect(service.rows(mediaId)).toHaveLength(5 + 16);
});

test("A failure is remembered: the picture is not decoded again, until max_image_pixels or the decoder is another one", async () => {
  const service = await startThumbnailService();
  const mediaId = await service.uploadPicture("png-limit.png");
  const codes = async () => {
    const answer = await service.thumbnail(mediaId, CROP);
    return [answer.status, ((await answer.json()) as { errcode: string }).errcode];
  };
  await service.untilIdle();
  for (let times = 0; times < 3; times += 1) expect(await codes()).toEqual([413, "M_TOO_LARGE"]);
  expect(await service.jobs()).toEqual({ too_large: 1 });
  service.sql("update media_bridge_pictures set decoder = 'sharp 0.1.0'");
  expect(await codes()).toEqual([413, "M_TOO_LARGE"]);
  expect(await service.jobs()).toEqual({ too_large: 2 });
});

test("A picture that took too long is tried again after a day, and no sooner", async () => {
  const service = await startThumbnailService(NONE_BEFOREHAND);
  const mediaId = await service.uploadPicture("jpeg-photo.jpg");
  await service.untilIdle();
  const fail = (ageMs: number) =>
    service.sql(
      "update media_bridge_pictures set failure = 'TIMEOUT', width = null, height = null, looked_ts = ?",
      Date.now() - ageMs,
    );
  await service.thumbnail(mediaId, CROP);
  service.sql("delete from local_media_repository_thumbnails");
  fail(23 * 3_600_000);
  expect((await service.thumbnail(mediaId, CROP)).status).toBe(400);
  fail(25 * 3_600_000);
  expect((await service.thumbnail(mediaId, CROP)).status).toBe(200);
});

test("What could not be animated is served still", async () => {
  const service = await startThumbnailService(NONE_BEFOREHAND);
  const mediaId = await service.uploadPicture("gif-animated.gif");
  const moving = `${CROP}&animated=true`;
  expect(await see(await service.thumbnail(mediaId, CROP))).toBe("image/png 96x96 [red red red red]");
  service.sql("update media_bridge_pictures set failure = 'TIMEOUT', looked_ts = ?", Date.now());
  expect(await see(await service.thumbnail(mediaId, moving))).toBe("image/png 96x96 [red red red red]");
  service.sql("update media_bridge_pictures set failure = null");
  expect(await see(await service.thumbnail(mediaId, moving))).toBe("image/webp 96x96 3 frames [red red red red]");
});

test("Where a large thumbnail takes too much memory, the largest one that there is answers", async () => {
  const service = await startThumbnailService({ config: { dynamic_thumbnails: true } });
  const noise = { type: "gaussian", mean: 128, sigma: 60 } as const;
  const image = sharp({ create: { width: 7800, height: 4200, channels: 3, background: "red", noise } });
  const mediaId = await service.upload(await image.webp({ quality: 1, effort: 0 }).toBuffer(), { type: "image/webp" });
  await service.untilRows(mediaId, 5);
  const answer = await service.thumbnail(mediaId, "width=7700&height=4200&timeout_ms=60000");
  expect([answer.status, answer.headers.get("etag")]).toEqual([200, expect.stringContaining("-800-430-scale-jpeg-")]);
  expect(await service.jobs()).toMatchObject({ made: 1, memory: 1 });
});

test("Media that is older than hashes has thumbnails, and what is known of it is its own", async () => {
  const service = await startThumbnailService(NONE_BEFOREHAND);
  const [one, two] = [await service.uploadPicture("png-rgb.png"), await service.uploadPicture("jpeg-exif6.jpg")];
  service.sql("update local_media_repository set sha256 = null");
  expect(await see(await service.thumbnail(one, CROP))).toBe(`image/png 96x96 ${QUARTERS}`);
  expect(await see(await service.thumbnail(two, CROP))).toBe("image/jpeg 96x96 [blue red yellow green]");
  for (const mediaId of [one, two, one, two]) {
    expect((await service.thumbnail(mediaId, CROP)).headers.get("etag")).toContain(mediaId);
    await service.thumbnail(mediaId, "width=320&height=240");
  }
  expect(await service.jobs()).toEqual({ made: 4 });
});

test("A thumbnail that Synapse made is served as it is once the picture is known", async () => {
  const service = await startThumbnailService(NONE_BEFOREHAND);
  const mediaId = await service.uploadPicture("png-rgb.png");
  await service.thumbnail(mediaId, CROP);
  writeFileSync(pathOf(service, mediaId, "320-240-image-png-scale"), "made by Synapse");
  service.sql("insert into local_media_repository_thumbnails values (?, 320, 240, 'image/png', 'scale', 15)", mediaId);
  const answer = await service.thumbnail(mediaId, "width=320&height=240&method=scale");
  expect(await answer.text()).toBe("made by Synapse");
  expect(await service.jobs()).toEqual({ made: 1 });
});

test("A thumbnail whose media is quarantined while it is made is not served", async () => {
  const gate = await openSpamGate();
  const config = { ...NONE_BEFOREHAND.config, modules: [gate.module] };
  const service = await startThumbnailService({ config });
  gate.answer = ({ info }) => {
    if (info.thumbnail !== null)
      service.sql("update local_media_repository set quarantined_by = '@admin:example.test'");
    return 200;
  };
  const mediaId = await service.uploadPicture("jpeg-photo.jpg");
  expect((await service.thumbnail(mediaId, CROP)).status).toBe(404);
  expect(gate.thumbnails()).toHaveLength(1);
});

test("Media that is quarantined, frozen, unknown or not uploaded has no thumbnails, and none are made", async () => {
  const service = await startThumbnailService(NONE_BEFOREHAND);
  const mediaId = await service.uploadPicture("jpeg-photo.jpg");
  const legacy = await service.request(`/_matrix/media/v3/thumbnail/example.test/${mediaId}?${CROP}`);
  expect([legacy.status, await legacy.json()]).toMatchObject([404, { errcode: "M_NOT_FOUND" }]);
  expect((await service.thumbnail("doesNotExist", CROP)).status).toBe(404);
  service.sql("update local_media_repository set quarantined_by = '@admin:example.test'");
  expect((await service.thumbnail(mediaId, CROP)).status).toBe(404);
  expect(await service.jobs()).toEqual({});
  expect(service.rows(mediaId)).toEqual([]);
});
