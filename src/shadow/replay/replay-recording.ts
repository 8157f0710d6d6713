import type { KindName } from "../../callbacks/kinds.ts";
import { StartError } from "../../errors.ts";
import { statSync } from "node:fs";
import type { Asked, Said } from "../asked.ts";
import type { EffectFacts } from "../compare/effect.ts";
import { compareSaid } from "../compare/compare-said.ts";
import type { IgnoreRule } from "../compare/ignore.ts";
import { answers, askModule, type AskedModule } from "../asking/ask-module.ts";
import type { RecordedQuestion } from "../recording/format.ts";
import type { ReadQuestion } from "../recording/read-recording.ts";
import { isSameFile } from "../recording/recorded-file.ts";
import { Differences } from "./differences.ts";

/** Which questions of a recording are asked. */
export interface QuestionFilter {
  /** The name of the module that they were recorded of; undefined where the recording has one alone. */
  readonly module: string | undefined;
  /** All, where it is empty. */
  readonly callbacks: ReadonlySet<KindName>;
}

/** How answers are compared. */
export interface Comparing {
  readonly facts: EffectFacts;
  readonly ignore: IgnoreRule;
}

export interface ReplayOptions extends Comparing {
  readonly questions: AsyncIterable<ReadQuestion>;
  readonly filter: QuestionFilter;
  readonly candidate: AskedModule;
  readonly onProgress: (replayed: Replayed, readBytes: number) => void;
}

/** What a replay has found so far. */
export interface Replayed {
  /** The module that the questions were recorded of; undefined where there was none. */
  module: string | undefined;
  asked: number;
  /** Questions about files that are no longer there, or are others. */
  skippedFiles: number;
  readonly differences: Differences;
  /** Callbacks that were asked and that the candidate does not have: to it they say nothing. */
  readonly unregistered: Set<KindName>;
}

/** Asks a module all questions of a recording, in their order, and compares. Rejects with a StartError. */
export async function replayRecording({
  questions,
  filter,
  candidate,
  onProgress,
  ...how
}: ReplayOptions): Promise<Replayed> {
  const replayed: Replayed = {
    module: undefined,
    asked: 0,
    skippedFiles: 0,
    differences: new Differences(),
    unregistered: new Set(),
  };
  for await (const { question, line, readBytes } of selectQuestions(questions, filter)) {
    replayed.module = question.module;
    onProgress(replayed, readBytes);
    if (!(await isAskable(question))) {
      replayed.skippedFiles += 1;
      continue;
    }
    if (!answers(candidate, question.callback)) replayed.unregistered.add(question.callback);
    const asked = askedOf(question);
    const { said } = await askModule(candidate, asked);
    replayed.asked += 1;
    compareInto(replayed.differences, asked, question.said, said, how, line);
  }
  return replayed;
}

/** The questions that the filter lets through. Rejects with a StartError where it leaves open whose they are. */
export async function* selectQuestions(
  questions: AsyncIterable<ReadQuestion>,
  { module, callbacks }: QuestionFilter,
): AsyncGenerator<ReadQuestion> {
  let first: string | undefined;
  for await (const read of questions) {
    const { question } = read;
    if (module !== undefined && question.module !== module) continue;
    first ??= question.module;
    if (question.module !== first) {
      throw new StartError(
        "CONFIG",
        `the recording has questions to ${first} and to ${question.module} (line ${read.line}): choose one with --of`,
      );
    }
    if (callbacks.size === 0 || callbacks.has(question.callback)) yield read;
  }
}

/** A recorded question in the form in which it is asked. */
export function askedOf({ callback, args, user, context, ts }: RecordedQuestion): Asked {
  return { kind: callback, args, user, context, askedTs: ts };
}

/** Whether the file that a question is about, if it is about one, is still there and the same. */
export async function isAskable({ callback, args, file }: RecordedQuestion): Promise<boolean> {
  if (callback !== "check_media_file_for_spam") return true;
  const [path] = args;
  if (typeof path !== "string") return false;
  return file === undefined ? isFile(path) : isSameFile(path, file);
}

/** Compares two answers to a question, and adds what it finds. */
export function compareInto(
  differences: Differences,
  { kind, args }: Asked,
  original: Said,
  candidate: Said,
  { facts, ignore }: Comparing,
  line?: number,
): void {
  const compared = compareSaid(kind, args, original, candidate, facts);
  const isIgnored =
    ["worded_differently", "different_value", "different_effect"].includes(compared.class) &&
    ignore.ignores({ callback: kind, args, original, candidate });
  const { effects } = compared;
  const found = isIgnored ? "ignored" : compared.class;
  differences.add(found, { line, callback: kind, args, original, candidate, effects });
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
