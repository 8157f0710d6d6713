import { askChain } from "../call.ts";
import { askLimits, describeLimit, findBreach } from "./limits-of-user.ts";
import { factsOfUpload } from "./upload-facts.ts";
import type { TriedUpload, UserParts } from "./user-question.ts";
import type { LargestUpload, LimitsReport } from "./user-report.ts";
import { measureLimits, type UserUsage } from "./user-usage.ts";
import { describeRefusal } from "./words.ts";

const ALLOWED = "is_user_allowed_to_upload_media_of_size";

/** What the search for the largest upload goes by. */
export interface SearchParts extends UserParts {
  readonly userId: string;
  /** Those of an upload of 0 bytes, measured. */
  readonly limits: LimitsReport;
  readonly usage: UserUsage;
  /** The upload that is tried beside it: the same type and file name are declared. */
  readonly like: Pick<TriedUpload, "type" | "file">;
}

/**
 * Searches for the largest upload that would pass before its first byte is read: by halves, which takes a module that refuses a
 * size for one that refuses every larger one. The size that is found did pass, and one more byte did not.
 */
export async function findLargestUpload(parts: SearchParts): Promise<LargestUpload> {
  const highest = findCeiling(parts);
  const atCeiling = highest.bytes === null ? highest.bound : await findObstacle(highest.bytes, parts);
  if (highest.bytes === null || atCeiling === undefined) return highest;
  const atZero = await findObstacle(0, parts);
  if (atZero !== undefined) return { bytes: null, bound: atZero };
  let found = { bytes: 0, bound: atCeiling };
  let refusedBytes = highest.bytes;
  while (refusedBytes - found.bytes > 1) {
    const middle = found.bytes + Math.floor((refusedBytes - found.bytes) / 2);
    const obstacle = await findObstacle(middle, parts);
    if (obstacle === undefined) {
      found = { ...found, bytes: middle };
    } else {
      refusedBytes = middle;
      found = { ...found, bound: obstacle };
    }
  }
  return found;
}

/** Above which size no module needs to be asked. */
function findCeiling({ config, limits }: SearchParts): LargestUpload {
  if (limits.limits === null) return { bytes: null, bound: describeUnknownLimits(limits) };
  let ceiling: LargestUpload = { bytes: config.maxUploadSizeBytes, bound: "max_upload_size" };
  // Other limits may hold for another size.
  if (limits.dependOnSize) return ceiling;
  const breach = findBreach(limits, 0);
  if (breach !== undefined) return { bytes: null, bound: breach };
  for (const limit of limits.limits) {
    const { leftBytes } = limit;
    if (leftBytes !== null && leftBytes < (ceiling.bytes ?? 0)) {
      ceiling = { bytes: leftBytes, bound: describeLimit(limit) };
    }
  }
  return ceiling;
}

/** What refuses an upload of so many bytes, in words; undefined where nothing does. */
async function findObstacle(sizeBytes: number, parts: SearchParts): Promise<string | undefined> {
  const { userId, modules, config, usage } = parts;
  const facts = factsOfUpload(userId, { ...parts.like, sizeBytes });
  if (modules.registry.slots(ALLOWED).length > 0) {
    const { report } = await askChain(ALLOWED, [userId, sizeBytes], modules, config, facts);
    if (report.http.status !== null) return describeRefusal(report);
  }
  if (!parts.limits.dependOnSize) return undefined;
  const limits = await measureLimits(await askLimits(userId, sizeBytes, parts, facts), usage);
  return limits.limits === null ? describeUnknownLimits(limits) : findBreach(limits, sizeBytes);
}

function describeUnknownLimits({ refusal }: LimitsReport): string {
  return `the limits cannot be had: ${refusal?.status ?? ""} ${refusal?.body ?? ""}`;
}
