import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openSpamGate } from "../../support/spam-gate.ts";
import { startThumbnailService } from "../../support/thumbnail-service.ts";

const PREMADE = [
  "320x160 scale image/jpeg",
  "32x32 crop image/jpeg",
  "400x200 scale image/jpeg",
  "96x96 crop image/jpeg",
];
const CROP = "width=96&height=96&method=crop";
const SCALE = "width=320&height=240&method=scale";

test("An upload is answered before its thumbnails are made, and they follow without a request for them", async () => {
  const gate = await openSpamGate();
  const service = await startThumbnailService({ config: { modules: [gate.module] } });
  const release = gate.holdThumbnails();
  const mediaId = await service.uploadPicture("jpeg-exif3.jpg");
  expect(service.rows(mediaId)).toEqual([]);
  release();
  expect(await service.untilRows(mediaId, 4)).toEqual(PREMADE);
  expect(service.thumbnailFiles(mediaId)).toEqual([
    "32-32-image-jpeg-crop",
    "320-160-image-jpeg-scale",
    "400-200-image-jpeg-scale",
    "96-96-image-jpeg-crop",
  ]);
  expect(await service.jobs()).toEqual({ made: 1 });
});

test("The thumbnails of an upload to an id that was created first are made as well", async () => {
  const service = await startThumbnailService();
  const created = await service.request("/_matrix/media/v1/create", { method: "POST", as: "alice" });
  const mediaId = ((await created.json()) as { content_uri: string }).content_uri.split("/").at(-1) ?? "";
  const waiting = service.thumbnail(mediaId, CROP);
  await service.request(`/_matrix/media/v3/upload/example.test/${mediaId}`, {
    method: "PUT",
    as: "alice",
    headers: { "Content-Type": "image/jpeg" },
    body: readFileSync(new URL("../../../fixtures/pictures/jpeg-exif3.jpg", import.meta.url)),
  });
  expect((await waiting).status).toBe(200);
  expect(await service.untilRows(mediaId, 4)).toEqual(PREMADE);
});

test("The spam check sees each thumbnail at its final path with what it is, the smallest first, and knows the uploader", async () => {
  const gate = await openSpamGate();
  const service = await startThumbnailService({ config: { modules: [gate.module] } });
  const mediaId = await service.uploadPicture("png-rgb.png");
  await service.untilRows(mediaId, 5);
  const seen = gate.thumbnails().map(({ info: { fileId, thumbnail }, uploader, requester, path, sizeBytes }) => {
    expect([fileId, uploader, requester]).toEqual([mediaId, "@alice:example.test", "@alice:example.test"]);
    expect(thumbnail?.length).toBe(sizeBytes);
    expect(statSync(path).size).toBe(sizeBytes);
    return [path.split("/").at(-1), thumbnail?.width, thumbnail?.height, thumbnail?.method, thumbnail?.type];
  });
  expect(seen).toEqual([
    ["32-32-image-png-crop", 32, 32, "crop", "image/png"],
    ["96-96-image-png-crop", 96, 96, "crop", "image/png"],
    ["320-240-image-png-scale", 320, 240, "scale", "image/png"],
    ["640-480-image-png-scale", 640, 480, "scale", "image/png"],
    ["800-600-image-png-scale", 800, 600, "scale", "image/png"],
  ]);
});

test("The spam check of a thumbnail that is made on demand knows no uploader", async () => {
  const gate = await openSpamGate();
  const service = await startThumbnailService({ config: { modules: [gate.module], thumbnail_sizes: [] } });
  const mediaId = await service.uploadPicture("png-rgb.png");
  expect((await service.thumbnail(mediaId, CROP)).status).toBe(200);
  expect(gate.thumbnails()).toMatchObject([{ info: { fileId: mediaId, serverName: null } }]);
  expect(gate.thumbnails()[0]).not.toHaveProperty("uploader");
  expect(gate.thumbnails()[0]).not.toHaveProperty("requester");
});

test("A thumbnail that the spam check refuses is not kept and is 404, the others are, and the upload stays", async () => {
  const gate = await openSpamGate();
  gate.answer = ({ info }) => (info.thumbnail?.width === 96 ? 403 : 200);
  const service = await startThumbnailService({ config: { modules: [gate.module] } });
  const mediaId = await service.uploadPicture("jpeg-exif3.jpg");
  expect(await service.untilRows(mediaId, 3)).toEqual(PREMADE.slice(0, 3));
  await service.untilIdle();
  const refused = await service.thumbnail(mediaId, CROP);
  expect([refused.status, await refused.json()]).toMatchObject([404, { errcode: "M_NOT_FOUND" }]);
  expect((await service.thumbnail(mediaId, SCALE)).status).toBe(200);
  expect(service.thumbnailFiles(mediaId)).toHaveLength(3);
  expect(
    (await service.request(`/_matrix/client/v1/media/download/example.test/${mediaId}`, { as: "alice" })).status,
  ).toBe(200);
});

test("A module that fails at a thumbnail leaves no file of it, and its request is 500", async () => {
  const gate = await openSpamGate();
  gate.answer = ({ info }) => (info.thumbnail === null ? 200 : 500);
  const service = await startThumbnailService({ config: { modules: [gate.module] } });
  const mediaId = await service.uploadPicture("jpeg-exif3.jpg");
  expect((await service.thumbnail(mediaId, CROP)).status).toBe(500);
  await service.untilIdle();
  expect(Object.keys(service.files())).toEqual([expect.stringMatching(/^local_content\//)]);
  gate.answer = () => 200;
  expect((await service.thumbnail(mediaId, CROP)).status).toBe(200);
});

test("Media that is deleted while its thumbnails are made leaves no row and no file", async () => {
  const gate = await openSpamGate();
  const service = await startThumbnailService({ config: { modules: [gate.module] } });
  gate.answer = ({ info }) => {
    if (info.thumbnail !== null) service.sql("delete from local_media_repository where media_id = ?", info.fileId);
    return 200;
  };
  const mediaId = await service.uploadPicture("jpeg-exif3.jpg");
  expect((await service.thumbnail(mediaId, CROP)).status).toBe(404);
  await service.untilIdle();
  expect([service.rows(mediaId), service.thumbnailFiles(mediaId)]).toEqual([[], []]);
});

test("Equal bytes are decoded once: other media gets the thumbnails as links, and each of them is checked", async () => {
  const gate = await openSpamGate();
  const service = await startThumbnailService({ config: { modules: [gate.module] } });
  const first = await service.uploadPicture("jpeg-exif3.jpg");
  await service.untilRows(first, 4);
  const second = await service.uploadPicture("jpeg-exif3.jpg");
  expect(await service.untilRows(second, 4)).toEqual(PREMADE);
  expect(await service.jobs()).toEqual({ made: 1 });
  const inode = (mediaId: string) => {
    const folder = `local_thumbnails/${mediaId.slice(0, 2)}/${mediaId.slice(2, 4)}/${mediaId.slice(4)}`;
    return statSync(join(service.folder, "media", folder, "96-96-image-jpeg-crop")).ino;
  };
  expect(inode(second)).toBe(inode(first));
  expect(gate.thumbnails().filter(({ info }) => info.fileId === second)).toHaveLength(4);
});

test("A picture that cannot be decoded, and a file that is none, fail no upload and leave nothing but themselves", async () => {
  const service = await startThumbnailService();
  for (const name of ["png-header-only.png", "png-zero-size.png", "gif-script.gif", "png-bomb.png", "pdf.pdf"]) {
    await service.uploadPicture(name, { type: "image/png" });
  }
  await service.untilIdle();
  expect(Object.keys(service.files()).filter((path) => !path.startsWith("local_content/"))).toEqual([]);
  expect(Object.values(await service.jobs()).reduce((sum, count) => sum + count)).toBe(5);
  expect(service.log.lines.filter(({ level }) => level === "error" || level === "warn")).toEqual([]);
});

test("Only declared pictures are looked at", async () => {
  const service = await startThumbnailService();
  for (const type of ["application/octet-stream", "image/svg+xml", "video/mp4", "image/heic", "application/pdf"]) {
    const mediaId = await service.uploadPicture("png-rgb.png", { type });
    const answer = await service.thumbnail(mediaId, CROP);
    expect([answer.status, await answer.json()]).toMatchObject([400, { errcode: "M_UNKNOWN" }]);
  }
  expect(await service.jobs()).toEqual({});
});
