import { text } from "node:stream/consumers";
import { defineModule, MatrixError } from "synapse-media-bridge";
import { z } from "zod";

const DAY_MS = 86_400_000;

/** Decides as `plans.py` does; `more` lets uploads be so many bytes longer, and `fails` what happens in its place. */
export default defineModule({
  name: "plans",
  configSchema: z.strictObject({
    most: z.int(),
    more: z.int().default(0),
    fails: z.enum(["hangs", "exits"]).optional(),
  }),
  setup(api, { most, more, fails }) {
    const fail = () => {
      if (fails === "exits") process.exit(1);
      if (fails === "hangs") for (;;);
    };
    api.registerMediaRepositoryCallbacks({
      getMediaConfigForUser: (userId) => ({ "m.upload.size": most, "org.example": [userId, 2n ** 70n] }),
      isUserAllowedToUploadMediaOfSize: (_userId, sizeBytes) => {
        fail();
        if (sizeBytes === 7) {
          throw new MatrixError(403, "ORG_EXAMPLE_SEVEN", "Not seven bytes", { fields: { bytes: sizeBytes } });
        }
        return sizeBytes <= most + more;
      },
      getMediaUploadLimitsForUser: (userId) =>
        userId.includes("limited")
          ? [
              { maxBytes: 10, timePeriodMs: 1000 },
              { maxBytes: 30, timePeriodMs: DAY_MS },
            ]
          : undefined,
      onMediaUploadLimitExceeded: (_userId, _limit, _sentBytes, attemptedBytes) => {
        if (attemptedBytes === 31) throw new MatrixError(402, "ORG_EXAMPLE_PAY", "Pay first", { fields: { days: 1 } });
      },
    });
    api.registerSpamCheckerCallbacks({
      checkMediaFileForSpam: async (file) => (await text(file.stream())).includes("spam"),
    });
  },
});
