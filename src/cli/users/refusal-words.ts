import { CATALOGUE, type ErrorCode } from "../../errors.ts";
import { formatBytes, formatPeriod } from "../../util/text/quantity-words.ts";
import { formatTime } from "../../util/text/utc-time.ts";
import type { Refusal } from "../../media/refusals/refusal.ts";

/** A refusal in words: when, whose, and why. */
export function describeRefusal(refusal: Refusal): string {
  const { refusedTs, requestId, userId, route, status, errcode, declaredBytes, receivedBytes, cause } = refusal;
  const what = route.endsWith("/create") ? "a new media id" : "an upload";
  const was = refusal.isEnforced ? "was refused" : "would have been refused, which is not enforced,";
  const declared = declaredBytes === null ? "without a declared size" : `declared as ${formatBytes(declaredBytes)}`;
  return [
    `${formatTime(refusedTs)} ${userId ?? "(unknown)"}: ${what} ${was} with ${status}${errcode === null ? "" : ` ${errcode}`}`,
    `  ${describeReason(refusal)}`,
    ...(cause === null ? [] : [`  the cause: ${cause}`]),
    `  ${declared}, ${formatBytes(receivedBytes)} received; request ${requestId}`,
  ].join("\n");
}

function describeReason(refusal: Refusal): string {
  const { code, answeredBy, status, limitBytes, limitPeriodMs, limitSentBytes } = refusal;
  if (answeredBy !== null) return `${answeredBy} ${status < 500 ? "refused it" : "failed"}`;
  if (limitBytes !== null && limitPeriodMs !== null) {
    const limit = `the limit of ${formatBytes(limitBytes)} in ${formatPeriod(limitPeriodMs)}`;
    return `it would pass ${limit} ${describeGiver(refusal)}: ${formatBytes(limitSentBytes ?? 0)} were sent in that time`;
  }
  if (limitBytes !== null) return `it is larger than ${formatBytes(limitBytes)} ${describeGiver(refusal)}`;
  if (refusal.module !== null) return describeModule(refusal);
  const words = code !== null && code in CATALOGUE ? CATALOGUE[code as ErrorCode][2] : "refused";
  return [words, code && `(${code})`, refusal.setting && describeGiver(refusal)].filter(Boolean).join(" ");
}

function describeModule({ module, callback, code, isEnforced }: Refusal): string {
  const slot = `the module ${module} (${callback})`;
  const refused = isEnforced ? "refused it" : "would have refused it";
  switch (code) {
    case "MODULE_FAILED":
      return `${slot} failed (${code})`;
    case "MODULE_UNAVAILABLE":
    case "MODULES_BUSY":
      return `${slot} could not be asked (${code})`;
    case null:
      return `${slot} ${refused} in words of its own`;
    default:
      return `${slot} ${refused} (${code})`;
  }
}

/** Who set what was passed. */
function describeGiver({ module, callback, setting }: Refusal): string {
  return setting === null ? `that the module ${module} gave (${callback})` : `of the configuration (${setting})`;
}
