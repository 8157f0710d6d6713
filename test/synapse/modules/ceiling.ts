import { defineModule } from "synapse-media-bridge";
import { z } from "zod";

/** One user may upload up to a size, and is told so. */
export default defineModule({
  name: "ceiling",
  configSchema: z.strictObject({ user: z.string(), max_bytes: z.int() }),
  setup(api, { user, max_bytes: maxBytes }) {
    api.registerMediaRepositoryCallbacks({
      getMediaConfigForUser: (userId) => (userId === user ? { "m.upload.size": maxBytes } : undefined),
      isUserAllowedToUploadMediaOfSize: (userId, sizeBytes) => userId !== user || sizeBytes <= maxBytes,
    });
  },
});
