import { openRecording } from "../../shadow/recording/read-recording.ts";
import { replayRecording, type Replayed } from "../../shadow/replay/replay-recording.ts";
import { describeDifferences } from "../../shadow/replay/replay-text.ts";
import { toKilobytes } from "./kilobytes.ts";
import type { ReplayParts, RunReport } from "./replay-command.ts";

/** Asks the candidate every question of a recording. */
export async function replayAll(parts: ReplayParts): Promise<RunReport> {
  const { path, candidate, filter, how, progress, warn, totalBytes } = parts;
  const { questions } = await openRecording(path, warn);
  const replayed = await replayRecording({
    questions,
    filter,
    candidate,
    ...how,
    onProgress: ({ asked, differences }, readBytes) => {
      const more = `${asked} questions, ${differences.count("different_effect")} with another effect`;
      progress.count({ done: toKilobytes(readBytes), total: toKilobytes(totalBytes), things: "kB", more });
    },
  });
  const { asked, skippedFiles, differences, unregistered, module } = replayed;
  if (asked === 0) warn("no question was asked: the recording has none that fits");
  if (how.ignore.failures > 0) warn(`ignore failed ${how.ignore.failures} times, and ignored nothing then`);
  for (const kind of unregistered) warn(`the candidate does not register ${kind}: it lets every walk continue there`);
  return {
    isDifferent: differences.haveEffect,
    report: { module, asked, skippedFiles, classes: differences, unregistered: [...unregistered] },
    lines: describeReplayed(replayed),
  };
}

function describeReplayed({ asked, skippedFiles, differences, module }: Replayed): string[] {
  return [
    ...(module === undefined ? [] : [`questions to: ${module}`]),
    `asked: ${asked}${skippedFiles === 0 ? "" : `; left out: ${skippedFiles} about files that are gone or have changed`}`,
    ...describeDifferences(differences),
  ];
}
