import { defineModule, MatrixError } from "synapse-media-bridge";
import { z } from "zod";

const DAY_MS = 24 * 60 * 60 * 1000;

/** How much a user may upload depends on the user's tier. */
export default defineModule({
  name: "tiers",
  configSchema: z.strictObject({ default: z.int(), tiers: z.record(z.string(), z.int()) }),
  setup(api, config) {
    const tiers = new Map(Object.entries(config.tiers));
    const maxBytes = (userId: string) => tiers.get(userId) ?? config.default;
    api.registerMediaRepositoryCallbacks({
      getMediaConfigForUser: (userId) => ({ "m.upload.size": maxBytes(userId) }),
      isUserAllowedToUploadMediaOfSize: (userId, sizeBytes) => sizeBytes <= maxBytes(userId),
      getMediaUploadLimitsForUser: (userId) => [{ maxBytes: 2 * maxBytes(userId), timePeriodMs: DAY_MS }],
      onMediaUploadLimitExceeded(userId, limit, sentBytes) {
        if (tiers.has(userId)) return;
        const fields = { "org.example.left": Number(limit.maxBytes) - sentBytes };
        throw new MatrixError(403, "ORG.EXAMPLE_DAY_IS_FULL", "Enough for today", { fields });
      },
    });
  },
});
