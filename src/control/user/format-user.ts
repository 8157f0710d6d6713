import { formatBytes, formatPeriod } from "../../util/quantity-words.ts";
import { formatSlot, type SlotReport } from "../call-report.ts";
import type { LargestUpload, LimitsReport, UploadedReport, UploadTrial, UserReport } from "./user-report.ts";
import { describeGiver } from "./words.ts";

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

function formatLimits({ givenBy, limits, dependOnSize, slots, refusal }: LimitsReport): string[] {
  const head = `limits from ${givenBy === null ? "the configuration (media_upload_limits)" : describeGiver(givenBy)}`;
  if (limits === null) {
    return [
      `limits: they cannot be had, every upload is refused: ${refusal?.status} ${refusal?.body}`,
      ...formatNews(slots),
    ];
  }
  const lines = limits.map(({ maxBytes, periodMs, leftBytes }) => {
    const left = leftBytes === null ? "what is left is not known" : `${formatBytes(leftBytes)} are left`;
    return `  ${formatBytes(maxBytes)} in ${formatPeriod(periodMs)}: ${left}`;
  });
  const lifted = givenBy === null ? "none" : "none, an empty list ([]) lifts them";
  return [
    ...(lines.length > 0 ? [`${head}:`, ...lines] : [`${head}: ${lifted}: the user may upload without limit`]),
    ...(dependOnSize ? ["  those of an upload of 0 bytes: a module may give others for another size"] : []),
    ...formatNews(slots),
  ];
}

function formatLargest({ bytes, bound }: LargestUpload): string {
  return bytes === null
    ? `the largest upload that would pass: none, not even an empty one: ${bound}`
    : `the largest upload that would pass: ${formatBytes(bytes)}; a larger one would not: ${bound}`;
}

function formatTrial({ sizeBytes, type, file, passes, steps }: UploadTrial): string[] {
  const what = [formatBytes(sizeBytes), type, file].filter((text) => text !== null).join(", ");
  const isOpen = steps.some(({ outcome }) => outcome === "unknown");
  const end = passes ? `it would pass${isOpen ? ", as far as it could be tried" : ""}` : "it would be refused";
  return [
    `an upload of ${what}, which is not stored:`,
    ...steps.flatMap(({ step, outcome, detail, slots }, index) => [
      `  ${index + 1}. ${step}: ${outcome}: ${detail}`,
      ...formatNews(slots),
    ]),
    `  ${end}`,
  ];
}

/** What callbacks did that an operator should hear of: failures, warnings, and what their modules logged. */
function formatNews(slots: readonly SlotReport[]): string[] {
  const news = slots.filter(
    ({ outcome, error, warning, said = [] }) =>
      (outcome !== "stop" && outcome !== "continue") || error !== undefined || warning !== undefined || said.length > 0,
  );
  return news.flatMap((slot) => formatSlot(slot).map((line) => `     ${line}`));
}
