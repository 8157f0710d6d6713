import { open } from "node:fs/promises";
import { defineModule, MatrixError, NOT_SPAM, type MediaFile } from "synapse-media-bridge";
import { z } from "zod";

/** The first bytes of each format. */
const SIGNATURES = {
  png: Buffer.from([0x89, 0x50, 0x4e, 0x47]),
  jpeg: Buffer.from([0xff, 0xd8, 0xff]),
  gif: Buffer.from("GIF8"),
};

/** Only pictures of some formats, whatever their Content-Type says, and none above a size. */
export default defineModule({
  name: "pictures-only",
  configSchema: z.strictObject({
    formats: z.array(z.enum(["png", "jpeg", "gif"])).nonempty(),
    max_bytes: z.int().positive(),
  }),
  setup(api, config) {
    api.registerMediaRepositoryCallbacks({
      getMediaConfigForUser: () => ({ "m.upload.size": config.max_bytes, "org.example.formats": config.formats }),
      isUserAllowedToUploadMediaOfSize: (_userId, sizeBytes) => sizeBytes <= config.max_bytes,
    });
    api.registerSpamCheckerCallbacks({
      async checkMediaFileForSpam(file) {
        const start = await readStart(file);
        if (config.formats.some((format) => start.indexOf(SIGNATURES[format]) === 0)) return NOT_SPAM;
        throw new MatrixError(403, "M_FORBIDDEN", "Only pictures can be shared here", {
          fields: { "org.example.formats": config.formats },
        });
      },
    });
    api.log.info({ formats: config.formats }, "only these formats are let in");
  },
});

async function readStart({ path }: MediaFile): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
