import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startThumbnailService, type ThumbnailService } from "../http/support/thumbnail-service.ts";
import { fileAppears, PROVIDERS, type ScriptedProvider } from "../support/providers.ts";
import { scriptProvider } from "./provider-service.ts";

const CROP = "width=96&height=96&method=crop";
const NAME = "96-96-image-jpeg-crop";

function start(entry: object): Promise<ThumbnailService> {
  return startThumbnailService({ pythonPath: [PROVIDERS], config: { media_storage_providers: [entry] } });
}

/** The path of a thumbnail, relative to a store. */
function thumbnailPath(mediaId: string, name = NAME): string {
  return join("local_thumbnails", mediaId.slice(0, 2), mediaId.slice(2, 4), mediaId.slice(4), name);
}

const keptBy = (provider: ScriptedProvider, mediaId: string) => join(provider.folder, "kept", thumbnailPath(mediaId));

test.each([true, false])(
  "A storage provider (store_synchronous: %s) gets the thumbnails after the answer, with what they are",
  async (store_synchronous) => {
    const provider = scriptProvider();
    const service = await start(provider.entry({ store_synchronous }));
    const mediaId = await service.uploadPicture("jpeg-photo.jpg");
    await provider.called("store", 6);
    await fileAppears(keptBy(provider, mediaId));
    const made = readFileSync(join(service.folder, "media", thumbnailPath(mediaId)));
    expect(readFileSync(keptBy(provider, mediaId)).equals(made)).toBe(true);
    const paths = provider.calls("store").map(({ path }) => path);
    expect(new Set(paths.slice(1))).toEqual(
      new Set(service.thumbnailFiles(mediaId).map((name) => thumbnailPath(mediaId, name))),
    );
    expect(provider.calls("store").at(-1)).toMatchObject({ file_id: mediaId, server_name: null });
  },
);

test("A thumbnail that is gone from disk comes back from a storage provider, without being decoded again", async () => {
  const provider = scriptProvider();
  const service = await start(provider.entry());
  const mediaId = await service.uploadPicture("jpeg-photo.jpg");
  await provider.called("store", 6);
  await fileAppears(keptBy(provider, mediaId));
  const first = Buffer.from(await (await service.thumbnail(mediaId, CROP)).arrayBuffer());
  rmSync(join(service.folder, "media", thumbnailPath(mediaId)));
  const again = Buffer.from(await (await service.thumbnail(mediaId, CROP)).arrayBuffer());
  expect(again.equals(first)).toBe(true);
  expect(await service.jobs()).toEqual({ made: 1 });
  expect(existsSync(join(service.folder, "media", thumbnailPath(mediaId)))).toBe(true);
});

test("A thumbnail that no provider gives back is made again, from an original that comes back", async () => {
  const provider = scriptProvider();
  const service = await start(provider.entry());
  const mediaId = await service.uploadPicture("jpeg-photo.jpg");
  await provider.called("store", 6);
  await fileAppears(keptBy(provider, mediaId));
  rmSync(join(service.folder, "media/local_thumbnails"), { recursive: true });
  rmSync(join(service.folder, "media/local_content"), { recursive: true });
  rmSync(keptBy(provider, mediaId));
  expect((await service.thumbnail(mediaId, CROP)).status).toBe(200);
  expect(await service.jobs()).toEqual({ made: 2 });
});

test("A provider that refuses thumbnails keeps none from being served", async () => {
  const provider = scriptProvider();
  const service = await start(provider.entry({ store_synchronous: false }));
  provider.behave({ store: "raises" });
  const mediaId = await service.uploadPicture("jpeg-photo.jpg");
  expect((await service.thumbnail(mediaId, CROP)).status).toBe(200);
});
