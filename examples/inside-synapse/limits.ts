import { defineModule, NOT_SPAM, refuse } from "synapse-media-bridge";
import { z } from "zod";

/** No upload above a size, and no Windows programs, whatever way they come in: uploads, remote media, thumbnails. */
export default defineModule({
  name: "limits",
  configSchema: z.strictObject({ max_bytes: z.int().positive() }),
  setup(api, { max_bytes: maxBytes }) {
    api.registerMediaRepositoryCallbacks({
      getMediaConfigForUser: () => ({ "m.upload.size": maxBytes }),
      isUserAllowedToUploadMediaOfSize: (_userId, sizeBytes) => sizeBytes <= maxBytes,
    });
    api.registerSpamCheckerCallbacks({
      checkMediaFileForSpam: async (file) => {
        for await (const piece of file.stream()) {
          const bytes = piece as Buffer;
          return bytes.subarray(0, 2).toString("latin1") === "MZ" ? refuse({ errcode: "M_FORBIDDEN" }) : NOT_SPAM;
        }
        return NOT_SPAM;
      },
    });
  },
});
