import { resolve } from "node:path";
import { StartError } from "../../errors.ts";
import { toLine } from "../../shadow/recording/format.ts";
import { openRecording } from "../../shadow/recording/read-recording.ts";
import { newHeader } from "../../shadow/recording/recordings.ts";
import { BoundaryGroups } from "../../shadow/replay/boundary-groups.ts";
import { generateBoundaries, type Generated } from "../../shadow/replay/generate.ts";
import { selectQuestions } from "../../shadow/replay/replay-recording.ts";
import { describeDifferences } from "../../shadow/replay/replay-text.ts";
import { VERSION } from "../../version.ts";
import { toKilobytes } from "./kilobytes.ts";
import type { ReplayCommand, ReplayParts, RunReport } from "./replay-command.ts";
import { OWNER_ONLY, writeNew } from "./write-new.ts";

const DEFAULT_SEED = "1";

/** Asks about the borders between the numbers of a recording. */
export async function generateFrom(
  parts: ReplayParts,
  { seed = DEFAULT_SEED, write }: ReplayCommand,
): Promise<RunReport> {
  const { candidate, original, how, progress, warn } = parts;
  const { groups, module, serverName, isPartial } = await gather(parts, seed);
  if (isPartial) warn(`the recording has more numbers than are looked at: another --seed than ${seed} chooses others`);
  if (groups.length === 0) warn("nothing was generated: the recording has no number that fits");
  if (original === undefined) {
    warn(
      "the original was not asked, so that failures of the candidate are all that is found: name it with --original",
    );
  }
  const written = [toLine(newHeader(serverName, VERSION))];
  const generated = await generateBoundaries({
    groups,
    candidate,
    original,
    module,
    ...how,
    onQuestion: (question) => written.push(toLine(question)),
    onProgress: (done, { asked, differences }) => {
      const more = `${asked} questions, ${differences.count("different_effect")} with another effect`;
      progress.count({ done, total: groups.length, things: "numbers", more });
    },
  });
  if (write !== undefined) writeNew(resolve(write), written.join(""), OWNER_ONLY);
  const { asked, uncompared, borders, differences } = generated;
  return {
    isDifferent: differences.haveEffect,
    report: { module, seed, asked, uncompared, borders, classes: differences },
    lines: [...describeGenerated(generated), ...(write === undefined ? [] : [`wrote ${resolve(write)}`])],
  };
}

async function gather({ path, filter, warn, progress, totalBytes }: ReplayParts, seed: string) {
  const { header, questions } = await openRecording(path, warn);
  const gathered = new BoundaryGroups(seed);
  let module: string | undefined;
  for await (const { question, readBytes } of selectQuestions(questions, filter)) {
    module = question.module;
    gathered.add(question);
    progress.count({ done: toKilobytes(readBytes), total: toKilobytes(totalBytes), things: "kB" });
  }
  if (module === undefined)
    throw new StartError("CONFIG", `${path} has no question that fits: see --of and --callback`);
  return { groups: gathered.list(), module, serverName: header.server_name, isPartial: gathered.isPartial };
}

function describeGenerated({ asked, uncompared, borders, differences }: Generated): string[] {
  const alone = uncompared === 0 ? "" : `, ${uncompared} of them of the candidate alone`;
  return [
    `generated: ${asked} questions${alone}; ${borders} borders of the original were found`,
    ...describeDifferences(differences),
  ];
}
