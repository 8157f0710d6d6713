import { defineModule } from "synapse-media-bridge";
import { z } from "zod";

/** No upload above a size, for any user. */
export default defineModule({
  name: "ceiling",
  configSchema: z.strictObject({ max_bytes: z.int().positive() }),
  setup(api, config) {
    api.registerMediaRepositoryCallbacks({
      isUserAllowedToUploadMediaOfSize: (_userId, sizeBytes) => sizeBytes <= config.max_bytes,
    });
  },
});
