import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startThumbnailService } from "../http/support/thumbnail-service.ts";
import { ADMIN } from "../http/support/administration.ts";
import { PROVIDERS } from "../support/providers.ts";
import { scriptProvider } from "./provider-service.ts";

const CROP = "width=96&height=96&method=crop";

test.each(["download", "thumbnail"])(
  "A %s that waits for a storage provider is 404 where the media is quarantined meanwhile",
  async (kind) => {
    const provider = scriptProvider();
    const service = await startThumbnailService({
      pythonPath: [PROVIDERS],
      config: {
        media_storage_providers: [provider.entry()],
        thumbnail_sizes: [{ width: 96, height: 96, method: "crop" }],
      },
    });
    const mediaId = await service.uploadPicture("jpeg-photo.jpg");
    await service.untilRows(mediaId, 1);
    await provider.called("store", 2);
    provider.behave({ fetch: "gated" });
    const path = kind === "download" ? "local_content" : "local_thumbnails";
    rmSync(join(service.folder, "media", path), { recursive: true });
    const asked =
      kind === "download"
        ? service.request(`/_matrix/client/v1/media/download/example.test/${mediaId}`, { as: "alice" })
        : service.thumbnail(mediaId, CROP);
    await provider.called("fetch", 1);
    const quarantine = await service.request(`${ADMIN}/media/quarantine/example.test/${mediaId}`, {
      method: "POST",
      as: "admin",
    });
    expect(quarantine.status).toBe(200);
    provider.open();
    expect((await asked).status).toBe(404);
  },
);
