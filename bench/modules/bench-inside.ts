import { defineModule } from "synapse-media-bridge";
import { z } from "zod";

/** The module of `bench/inside.ts`, as `bench_inside.py` is in Python. */
export default defineModule({
  name: "ceiling",
  configSchema: z.strictObject({ max_bytes: z.int() }),
  setup(api, config) {
    api.registerMediaRepositoryCallbacks({
      isUserAllowedToUploadMediaOfSize: (_userId, sizeBytes) => sizeBytes <= config.max_bytes,
    });
  },
});
