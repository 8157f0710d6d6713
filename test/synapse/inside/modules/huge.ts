import { defineModule, MatrixError } from "synapse-media-bridge";

/** More than a frame may hold. */
const HUGE = "x".repeat(17 * 1024 * 1024);

/** Answers more than can be sent, for users who are named after what they get. */
export default defineModule({
  name: "huge",
  setup(api) {
    const is = (userId: string, localpart: string) => userId === api.getQualifiedUserId(localpart);
    api.registerMediaRepositoryCallbacks({
      getMediaConfigForUser: (userId) => {
        if (is(userId, "configured")) return { "org.example": HUGE };
        if (is(userId, "refused")) throw new MatrixError(403, "ORG_EXAMPLE", "no", { fields: { "org.example": HUGE } });
        if (is(userId, "failed")) throw new Error(HUGE);
        return { "org.example": "x".repeat(1024 * 1024) };
      },
      isUserAllowedToUploadMediaOfSize: () => true,
      getMediaUploadLimitsForUser: (userId) =>
        is(userId, "limited") ? Array.from({ length: 300_000 }, () => ({ maxBytes: 1, timePeriodMs: 1 })) : undefined,
    });
  },
});
