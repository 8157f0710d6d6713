import type { NewFacts } from "../../callbacks/context/caller.ts";
import type { MediaUploadLimit } from "../../callbacks/limit.ts";
import { formatBytes, formatPeriod } from "../../util/text/quantity-words.ts";
import { askChain } from "../call.ts";
import type { UserParts } from "./user-question.ts";
import type { LimitReport, LimitsReport, NotEnforcedLimits } from "./user-report.ts";
import { giverOf } from "./words.ts";

const LIMITS = "get_media_upload_limits_for_user";

/** Asks under which limits an upload of one size by a user would be. What the user has sent is not in it yet. */
export async function askLimits(
  userId: string,
  sizeBytes: number,
  { modules, config }: UserParts,
  facts: NewFacts,
): Promise<LimitsReport> {
  const { report, value, unenforced } = await askChain(LIMITS, [userId, sizeBytes], modules, config, facts);
  const isRefused = report.http.status !== null;
  const notEnforced = unenforced.flatMap((what): NotEnforcedLimits[] => {
    if (what.would !== "answer" || what.limits === undefined) return [];
    const { module, name } = what.slot;
    const givenBy = { module: module.name, language: module.language, callback: name };
    return [{ givenBy, limits: reportLimits(what.limits) }];
  });
  const areConfiguredEnforced = config.mediaBridge.enforce === "enforce";
  // As for an upload, those of the configuration are for users for whom no module gives limits.
  if (!isRefused && value === undefined && !areConfiguredEnforced && notEnforced.length === 0) {
    notEnforced.push({ givenBy: null, limits: reportLimits(config.mediaUploadLimits) });
  }
  const given = (value ?? (areConfiguredEnforced ? config.mediaUploadLimits : [])) as readonly MediaUploadLimit[];
  return {
    givenBy: giverOf(report),
    limits: isRefused ? null : reportLimits(given),
    notEnforced,
    dependOnSize: modules.registry.slots(LIMITS).some(({ takesSize }) => takesSize),
    slots: report.slots,
    refusal: isRefused ? report.http : null,
  };
}

/** The first limit that an upload would pass, in the order in which an upload is held to them, in words. */
export function findBreach({ limits }: Pick<LimitsReport, "limits">, sizeBytes: number): string | undefined {
  const breach = limits?.find(({ maxBytes, sentBytes }) => sentBytes === null || sentBytes + sizeBytes > maxBytes);
  if (breach === undefined) return undefined;
  return breach.sentBytes === null ? "what the user has sent is not known" : describeLimit(breach);
}

/** A limit for people, without what is left of it. */
export function describeLimit({ maxBytes, periodMs }: LimitReport): string {
  return `the limit of ${formatBytes(maxBytes)} in ${formatPeriod(periodMs)}`;
}

function reportLimits(limits: readonly MediaUploadLimit[]): LimitReport[] {
  return limits.map(reportLimit).toSorted((a, b) => b.periodMs - a.periodMs);
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
