import { defineModule } from "synapse-media-bridge";
import { z } from "zod";

/** No upload above a size, which clients are told. */
export default defineModule({
  name: "module-name",
  configSchema: z.strictObject({ max_bytes: z.int().positive() }),
  setup(api, { max_bytes: maxBytes }) {
    api.registerMediaRepositoryCallbacks({
      getMediaConfigForUser: () => ({ "m.upload.size": maxBytes }),
      isUserAllowedToUploadMediaOfSize: (_userId, sizeBytes) => sizeBytes <= maxBytes,
    });
  },
});
