import { appendFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { defineModule, MatrixError, NOT_SPAM, refuse } from "synapse-media-bridge";
import { z } from "zod";

/** What the callbacks do for each size of an upload, beside letting it pass. */
const SIZES: Readonly<Record<number, () => boolean | Promise<boolean>>> = {
  4: () => {
    const options = { fields: { "org.example.size": 4 }, headers: { "X-Example": "yes" } };
    throw new MatrixError(403, "ORG_EXAMPLE_FOUR", "Not four bytes", options);
  },
  5: () => {
    throw new Error("five bytes are too odd");
  },
  6: () => new Promise<boolean>(() => undefined),
  7: () => false,
  8: () => "yes" as unknown as boolean,
};

/** Decides by sizes and by names of users, and writes down each call. */
export default defineModule({
  name: "rules",
  configSchema: z.strictObject({ calls: z.string(), name: z.string().default("rules") }),
  setup(api, { calls, name }) {
    const note = (callback: string, ...args: unknown[]) =>
      appendFileSync(calls, `${JSON.stringify([name, callback, ...args])}\n`);
    const is = (userId: string, localpart: string) => userId === api.getQualifiedUserId(localpart);
    const registerLate = () =>
      api.registerMediaRepositoryCallbacks({
        isUserAllowedToUploadMediaOfSize: (userId, sizeBytes) => {
          note("late", userId, sizeBytes);
          return true;
        },
      });
    api.registerMediaRepositoryCallbacks({
      getMediaConfigForUser: (userId) => {
        note("config", userId);
        if (is(userId, "registrar")) registerLate();
        return is(userId, "exact") ? { "m.upload.size": 12_345_678_901_234_567_890n, "org.example": 0.1 } : undefined;
      },
      isUserAllowedToUploadMediaOfSize: (userId, sizeBytes, { requester }) => {
        note("allowed", userId, sizeBytes, requester?.userId);
        return SIZES[sizeBytes]?.() ?? true;
      },
      getMediaUploadLimitsForUser: (userId) => {
        note("limits", userId);
        if (is(userId, "limited"))
          return [{ maxBytes: 10.5, timePeriodMs: 3_600_000, infoUri: "https://example.org/" }];
        return is(userId, "boundless") ? [] : undefined;
      },
      onMediaUploadLimitExceeded: (userId, limit, sentBytes, attemptedBytes) => {
        note("exceeded", userId, limit, sentBytes, attemptedBytes);
        if (attemptedBytes === 20) throw new MatrixError(402, "ORG_EXAMPLE_PAY", "Pay first");
        if (attemptedBytes === 21) throw new Error("the mail server is down");
      },
    });
    api.registerSpamCheckerCallbacks({
      checkMediaFileForSpam: async (file, info, { requester }) => {
        note("spam", info, requester?.userId);
        if (info.thumbnail?.width === 32) return true;
        const content = await text(file.stream());
        return content.includes("spam") ? refuse({ errcode: "M_FORBIDDEN" }) : NOT_SPAM;
      },
    });
  },
});
