import { findLargestUpload } from "./largest-upload.ts";
import { askLimits } from "./limits-of-user.ts";
import { tryUpload } from "./try-upload.ts";
import { factsOfUpload } from "./upload-facts.ts";
import type { UserParts, UserQuestion } from "./user-question.ts";
import type { LimitsReport, UploadedReport, UserReport } from "./user-report.ts";
import { measureLimits, UserUsage } from "./user-usage.ts";

const DAY_MS = 86_400_000;
/** Periods that are told of beside those of limits. */
const PERIODS_MS = [DAY_MS, 7 * DAY_MS, 30 * DAY_MS];

const PARTIAL =
  "only what passed through this service is counted: name an administrator's token in media_bridge.homeserver.admin_token_file";

/**
 * Tells what a user has uploaded, under which limits the next upload would be, and what would pass; tries an upload where one
 * is given. Stores and reserves nothing. Rejects with a StartError where the chains or the database cannot be asked.
 */
export async function describeUser({ userId, upload }: UserQuestion, parts: UserParts): Promise<UserReport> {
  const usage = new UserUsage(userId, parts.ledger);
  const { type, file } = upload ?? {};
  const asked = await askLimits(userId, 0, parts, factsOfUpload(userId, { sizeBytes: 0, type, file }));
  const uploaded = await sumPeriods(asked, usage, parts);
  const limits = await measureLimits(asked, usage);
  const largestUpload = await findLargestUpload({ ...parts, userId, limits, usage, like: { type, file } });
  const trial = upload && (await tryUpload(userId, upload, parts, usage));
  return { userId, uploaded, limits, largestUpload, ...(trial && { upload: trial }) };
}

async function sumPeriods(
  { limits }: LimitsReport,
  usage: UserUsage,
  { isUsagePartial }: UserParts,
): Promise<UploadedReport> {
  const ofLimits = (limits ?? []).map(({ periodMs }) => periodMs);
  const periodsMs = [...new Set([...PERIODS_MS, ...ofLimits])].toSorted((a, b) => a - b);
  const sums = await usage.sentIn(periodsMs);
  return {
    periods: periodsMs.flatMap((periodMs, index) => {
      const bytes = sums[index];
      return typeof bytes === "number" ? [{ periodMs, bytes }] : [];
    }),
    underWayBytes: usage.underWayBytes,
    problem: usage.problem ?? (isUsagePartial ? PARTIAL : null),
  };
}
