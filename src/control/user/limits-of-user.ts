import type { NewFacts } from "../../callbacks/context/caller.ts";
import type { MediaUploadLimit } from "../../callbacks/limit.ts";
import { formatBytes, formatPeriod } from "../../util/quantity-words.ts";
import { askChain } from "../call.ts";
import type { UserParts } from "./user-question.ts";
import type { LimitReport, LimitsReport } from "./user-report.ts";
import { giverOf } from "./words.ts";

const LIMITS = "get_media_upload_limits_for_user";

/** Asks under which limits an upload of one size by a user would be. What the user has sent is not in it yet. */
export async function askLimits(
  userId: string,
  sizeBytes: number,
  { modules, config }: UserParts,
  facts: NewFacts,
): Promise<LimitsReport> {
  const { report, value } = await askChain(LIMITS, [userId, sizeBytes], modules, config, facts);
  const isRefused = report.http.status !== null;
  const given = (value ?? config.mediaUploadLimits) as readonly MediaUploadLimit[];
  return {
    givenBy: giverOf(report),
    limits: isRefused ? null : given.map(reportLimit).toSorted((a, b) => b.periodMs - a.periodMs),
    dependOnSize: modules.registry.slots(LIMITS).some(({ takesSize }) => takesSize),
    slots: report.slots,
    refusal: isRefused ? report.http : null,
  };
}

/** The first limit that an upload would pass, in the order in which an upload is held to them, in words. */
export function findBreach({ limits }: LimitsReport, sizeBytes: number): string | undefined {
  const breach = limits?.find(({ maxBytes, sentBytes }) => sentBytes === null || sentBytes + sizeBytes > maxBytes);
  if (breach === undefined) return undefined;
  return breach.sentBytes === null ? "what the user has sent is not known" : describeLimit(breach);
}

/** A limit for people, without what is left of it. */
export function describeLimit({ maxBytes, periodMs }: LimitReport): string {
  return `the limit of ${formatBytes(maxBytes)} in ${formatPeriod(periodMs)}`;
}

function reportLimit({ maxBytes, timePeriodMs, infoUri, canUpgrade }: MediaUploadLimit): LimitReport {
  return {
    maxBytes: Number(maxBytes),
    periodMs: Number(timePeriodMs),
    sentBytes: null,
    leftBytes: null,
    canUpgrade: canUpgrade === true,
    ...(infoUri && { infoUri }),
  };
}
