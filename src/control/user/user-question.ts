import { z } from "zod";
import type { QuotaLedger } from "../../media/upload/quota.ts";
import type { Config } from "../../config/config.ts";
import type { CalledModules } from "../call.ts";

/** What `media-bridge user` asks, as it goes over the control socket. */
export const UserQuestionSchema = z.strictObject({
  userId: z.string(),
  /** An upload that is tried, without storing it. */
  upload: z
    .strictObject({
      sizeBytes: z.int().nonnegative(),
      /** The `Content-Type` that the client would declare. */
      type: z.string().optional(),
      /** The absolute path of the file that the spam checkers see. */
      file: z.string().optional(),
    })
    .optional(),
});

export type UserQuestion = z.infer<typeof UserQuestionSchema>;
export type TriedUpload = NonNullable<UserQuestion["upload"]>;

/** What answers it: a service, or a configuration that was opened for this. */
export interface UserParts {
  readonly config: Config;
  readonly modules: CalledModules;
  /** What counts against users' limits. */
  readonly ledger: Pick<QuotaLedger, "measure">;
  /** Whether what users uploaded by another way than through this service cannot be known, and is not counted. */
  readonly isUsagePartial: boolean;
}
