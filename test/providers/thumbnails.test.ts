import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startThumbnailService, type ThumbnailService } from "../http/support/thumbnail-service.ts";
import { fileAppears, fileChanges, PROVIDERS, type ScriptedProvider } from "../support/providers.ts";
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

/** What a job that makes thumbnails, or restores a file, has left. */
function leftWork({ folder }: ThumbnailService): string[] {
  return readdirSync(join(folder, "data/uploads")).filter((name) => !name.startsWith("upload-"));
}

/** Uploads a picture, and removes it from disk: the provider alone has it and its thumbnails then. */
async function storeAndClear(service: ThumbnailService, provider: ScriptedProvider): Promise<string> {
  const mediaId = await service.uploadPicture("jpeg-photo.jpg");
  await provider.called("store", 6);
  await service.untilIdle();
  for (const folder of ["local_thumbnails", "local_content"]) {
    rmSync(join(service.folder, "media", folder), { recursive: true });
  }
  return mediaId;
}

test("A provider that hangs at thumbnails keeps none from being served, of this media and of others", async () => {
  const provider = scriptProvider();
  const service = await start(provider.entry({ store_synchronous: false }));
  provider.behave({ store: "hangs" });
  const mediaId = await service.uploadPicture("jpeg-photo.jpg");
  const other = await service.uploadPicture("png-rgb.png", { as: "bob" });
  expect(await Promise.all([mediaId, other].map(async (id) => (await service.thumbnail(id, CROP)).status))).toEqual([
    200, 200,
  ]);
});

test.each([
  ["lacks", "absent", 404],
  ["fails at", "raises", 503],
  ["hangs at", "hangs", 503],
])(
  "A provider that %s a thumbnail and its source has it refused, leaves nothing, and is asked again",
  async (_, fetch, status) => {
    const provider = scriptProvider();
    const service = await startThumbnailService({
      pythonPath: [PROVIDERS],
      config: { media_storage_providers: [provider.entry()] },
      mediaBridge: { storage_providers: { fetch_deadline: "1s" } },
    });
    const mediaId = await storeAndClear(service, provider);
    provider.behave({ fetch });
    expect((await service.thumbnail(mediaId, CROP)).status).toBe(status);
    expect(service.thumbnailFiles(mediaId)).toEqual([]);
    expect(leftWork(service)).toEqual([]);
    provider.behave({});
    expect((await service.thumbnail(mediaId, CROP)).status).toBe(200);
  },
);

test.each([
  ["fetch has nothing", 404],
  ["fetch fails", 503],
  ["fetch hangs", 503],
])(
  "A provider in TypeScript that fails so has a thumbnail refused, leaves nothing, and is asked again: %s",
  async (behaviour, status) => {
    const { folder } = scriptProvider();
    const typescript = join(PROVIDERS, "scripted-provider.ts");
    const service = await startThumbnailService({
      pythonPath: [PROVIDERS],
      config: {
        media_storage_providers: [{ typescript, store_local: true, store_synchronous: true, config: { folder } }],
      },
      mediaBridge: { storage_providers: { fetch_deadline: "1s" } },
    });
    const mediaId = await service.uploadPicture("jpeg-photo.jpg");
    await fileChanges(join(folder, "notes"), () => countLines(join(folder, "notes")) >= 6);
    await service.untilIdle();
    for (const kind of ["local_thumbnails", "local_content"])
      rmSync(join(service.folder, "media", kind), { recursive: true });
    writeFileSync(join(folder, "behaviour"), behaviour);
    expect((await service.thumbnail(mediaId, CROP)).status).toBe(status);
    expect([...service.thumbnailFiles(mediaId), ...leftWork(service)]).toEqual([]);
    writeFileSync(join(folder, "behaviour"), "");
    expect((await service.thumbnail(mediaId, CROP)).status).toBe(200);
  },
);

const countLines = (path: string) => (existsSync(path) ? readFileSync(path, "utf8").split("\n").length - 1 : 0);
