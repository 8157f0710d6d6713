import { formatBytes, formatPeriod } from "../../util/text/quantity-words.ts";
import { formatSlot, type SlotReport } from "../call-report.ts";
import type {
  LargestUpload,
  LimitReport,
  LimitsReport,
  UploadedReport,
  UploadTrial,
  UserReport,
} from "./user-report.ts";
import { describeGiver } from "./words.ts";

const CONFIGURED = "the configuration (media_upload_limits)";

/** The report for people. */
export function formatUser({ userId, uploaded, limits, largestUpload, upload }: UserReport): string {
  return [
    userId,
    ...formatUploaded(uploaded),
    ...formatLimits(limits),
    formatLargest(largestUpload),
    ...(upload ? formatTrial(upload) : []),
  ].join("\n");
}

function formatUploaded({ periods, underWayBytes, problem }: UploadedReport): string[] {
  if (periods.length === 0) return [`uploaded: not known: ${problem}`];
  return [
    "uploaded:",
    ...periods.map(({ periodMs, bytes }) => `  in ${formatPeriod(periodMs)}: ${formatBytes(bytes)}`),
    ...(underWayBytes > 0 ? [`  uploads under way are in it: ${formatBytes(underWayBytes)}`] : []),
    ...(problem === null ? [] : [`  ${problem}`]),
  ];
}

function formatLimits({ givenBy, limits, dependOnSize, slots, refusal, notEnforced }: LimitsReport): string[] {
  const head = `limits from ${givenBy === null ? CONFIGURED : describeGiver(givenBy)}`;
  if (limits === null) {
    return [
      `limits: they cannot be had, every upload is refused: ${refusal?.status} ${refusal?.body}`,
      ...formatNews(slots),
    ];
  }
  const lines = limits.map(formatLimit);
  const lifted = givenBy === null ? "none" : "none, an empty list ([]) lifts them";
  const none =
    givenBy === null && notEnforced.length > 0
      ? "limits: none is enforced: the user may upload without limit"
      : `${head}: ${lifted}: the user may upload without limit`;
  return [
    ...(lines.length > 0 ? [`${head}:`, ...lines] : [none]),
    ...notEnforced.flatMap((list) => [
      `limits that are not enforced, from ${list.givenBy === null ? CONFIGURED : describeGiver(list.givenBy)}${list.limits.length > 0 ? ":" : ": none"}`,
      ...list.limits.map(formatLimit),
    ]),
    ...(dependOnSize ? ["  those of an upload of 0 bytes: a module may give others for another size"] : []),
    ...formatNews(slots),
  ];
}

function formatLimit({ maxBytes, periodMs, leftBytes }: LimitReport): string {
  const left = leftBytes === null ? "what is left is not known" : `${formatBytes(leftBytes)} are left`;
  return `  ${formatBytes(maxBytes)} in ${formatPeriod(periodMs)}: ${left}`;
}

function formatLargest({ bytes, bound }: LargestUpload): string {
  return bytes === null
    ? `the largest upload that would pass: none, not even an empty one: ${bound}`
    : `the largest upload that would pass: ${formatBytes(bytes)}; a larger one would not: ${bound}`;
}

function formatTrial({ sizeBytes, type, file, passes, steps }: UploadTrial): string[] {
  const what = [formatBytes(sizeBytes), type, file].filter((text) => text !== null).join(", ");
  const isOpen = steps.some(({ outcome }) => outcome === "unknown");
  const isSpared = steps.some(({ notEnforced }) => notEnforced !== undefined);
  const why = `${isOpen ? ", as far as it could be tried" : ""}${isSpared ? ", as what would refuse it is not enforced" : ""}`;
  const end = passes ? `it would pass${why}` : "it would be refused";
  return [
    `an upload of ${what}, which is not stored:`,
    ...steps.flatMap(({ step, outcome, detail, notEnforced, slots }, index) => [
      `  ${index + 1}. ${step}: ${outcome}: ${detail}`,
      ...(notEnforced === undefined ? [] : [`     not enforced: ${notEnforced}`]),
      ...formatNews(slots),
    ]),
    `  ${end}`,
  ];
}

/** What callbacks did that an operator should hear of: failures, warnings, and what their modules logged. */
function formatNews(slots: readonly SlotReport[]): string[] {
  const news = slots.filter(
    ({ outcome, error, warning, would, said = [] }) =>
      (outcome !== "stop" && outcome !== "continue") ||
      would?.what === "refuse" ||
      error !== undefined ||
      warning !== undefined ||
      said.length > 0,
  );
  return news.flatMap((slot) => formatSlot(slot).map((line) => `     ${line}`));
}
