import { KINDS, type KindName } from "../../callbacks/kinds.ts";
import type { Asked, AskedContext, Said } from "../asked.ts";
import { askModule, type AskedModule } from "../asking/ask-module.ts";
import { compareSaid } from "../compare/compare-said.ts";
import type { RecordedQuestion } from "../recording/format.ts";
import type { BoundaryGroup } from "./boundary-groups.ts";
import { Differences } from "./differences.ts";
import { type NumberPath, withNumber } from "./numbers.ts";
import { type Comparing, compareInto } from "./replay-recording.ts";

export interface GenerateOptions extends Comparing {
  readonly groups: readonly BoundaryGroup[];
  readonly candidate: AskedModule;
  /** The module that the questions were recorded of, where it can be asked. */
  readonly original: AskedModule | undefined;
  /** The name under which questions are kept. */
  readonly module: string;
  readonly onProgress: (groups: number, generated: Generated) => void;
  /** Gets each question with what the original said to it. */
  readonly onQuestion: (question: RecordedQuestion) => void;
}

/** The parameters of callbacks that are the size of the upload. */
const UPLOAD_SIZES: ReadonlySet<string> = new Set(["size", "attempted_bytes"]);
const NOT_ASKED: Said = { outcome: "unavailable" };

/** What was generated and found so far. */
export interface Generated {
  /** Questions at the borders. */
  asked: number;
  /** Those of them that the candidate alone was asked, and answered. */
  uncompared: number;
  /** Numbers at which the original's answer changes. */
  borders: number;
  readonly differences: Differences;
}

/**
 * Asks about the borders between recorded numbers. Where the original can be asked, each border of its answers between
 * two neighbours is found by bisection, and both are asked at it and beside it. Otherwise the candidate is asked beside
 * each recorded number, and only its failures can be told.
 */
export async function generateBoundaries(options: GenerateOptions): Promise<Generated> {
  const { groups, candidate, original, module, onProgress, onQuestion, ...how } = options;
  const generated: Generated = { asked: 0, uncompared: 0, borders: 0, differences: new Differences() };
  // Groups may meet at the same question, and at the same border.
  const known = new Set<string>();
  const borders = new Set<string>();
  for (const [index, group] of groups.entries()) {
    onProgress(index, generated);
    const found = original === undefined ? undefined : await findBorders(group, original, how);
    for (const border of found?.borders ?? []) borders.add(keyOf(questionAt(group, border)));
    generated.borders = borders.size;
    for (const value of valuesAround(found?.values ?? group.values)) {
      const asked = questionAt(group, value);
      const key = keyOf(asked);
      if (known.has(key)) continue;
      known.add(key);
      const answer = original && (await askModule(original, asked));
      const { said } = await askModule(candidate, asked);
      generated.asked += 1;
      if (answer === undefined) {
        judgeAlone(generated, asked, said);
        continue;
      }
      compareInto(generated.differences, asked, answer.said, said, how);
      const { kind: callback, args, askedTs: ts, user, context } = asked;
      onQuestion({ module, callback, args, said: answer.said, micros: answer.micros, ts, user, context });
    }
  }
  return generated;
}

/** Without an original, a failure of the candidate is all that can be told. */
function judgeAlone(generated: Generated, { kind: callback, args }: Asked, candidate: Said): void {
  const isLate = candidate.outcome === "timeout";
  const isFailed = candidate.outcome === "unavailable" || (candidate.outcome === "error" && !candidate.error.answer);
  if (!isLate && !isFailed) {
    generated.uncompared += 1;
    return;
  }
  const difference = { line: undefined, callback, args, original: NOT_ASKED, candidate, effects: undefined };
  generated.differences.add(isLate ? "candidate_late" : "candidate_failed", difference);
}

interface FoundBorders {
  /** At each of these numbers the answer is another one than right below it. */
  readonly borders: readonly number[];
  /** The recorded numbers at both ends, and those on both sides of each border. */
  readonly values: readonly number[];
}

async function findBorders(group: BoundaryGroup, original: AskedModule, how: Comparing): Promise<FoundBorders> {
  const answerAt = async (value: number) => (await askModule(original, questionAt(group, value))).said;
  const values: number[] = [];
  const borders: number[] = [];
  let before: { value: number; said: Said } | undefined;
  for (const value of group.values) {
    const here = { value, said: await answerAt(value) };
    if (before === undefined) values.push(value);
    else if (!isAlike(group, before.said, here.said, how)) {
      const [below, border] = await bisect(before, here, answerAt, (one, other) => isAlike(group, one, other, how));
      borders.push(border);
      values.push(below, border);
    }
    before = here;
  }
  if (before !== undefined) values.push(before.value);
  return { borders, values };
}

/** The two neighbouring numbers between which the answer changes from the lower one's to another. */
async function bisect(
  low: { readonly value: number; readonly said: Said },
  high: { readonly value: number },
  answerAt: (value: number) => Promise<Said>,
  alike: (one: Said, other: Said) => boolean,
): Promise<[number, number]> {
  let [from, to] = [low.value, high.value];
  while (to - from > 1) {
    const middle = from + Math.floor((to - from) / 2);
    if (alike(low.said, await answerAt(middle))) from = middle;
    else to = middle;
  }
  return [from, to];
}

function isAlike({ kind, args }: BoundaryGroup, one: Said, other: Said, { facts }: Comparing): boolean {
  const found = compareSaid(kind, args, one, other, facts).class;
  return found === "same" || (found === "control_failed" && one.outcome === other.outcome);
}

function keyOf({ kind, args, user, context }: Asked): string {
  return JSON.stringify([kind, args, user, context]);
}

function valuesAround(values: readonly number[]): number[] {
  const around = new Set(values.flatMap((value) => [value - 1, value, value + 1]));
  return [...around].filter((value) => value >= 0 && Number.isSafeInteger(value)).toSorted((one, other) => one - other);
}

function questionAt({ kind, args, user, context, path }: BoundaryGroup, value: number): Asked {
  const told = isSizeOfUpload(kind, path) ? withSize(context, value) : context;
  return { kind, args: withNumber(args, path, value), user, context: told, askedTs: Date.now() };
}

function isSizeOfUpload(kind: KindName, [index, ...rest]: NumberPath): boolean {
  const { name = "" } = KINDS[kind].parameters[Number(index)] ?? {};
  return rest.length === 0 && UPLOAD_SIZES.has(name);
}

/** The same context, of an upload of another size. A size that was not known stays so. */
function withSize(context: AskedContext | undefined, sizeBytes: number): AskedContext | undefined {
  const { upload } = context ?? {};
  if (upload === undefined) return context;
  return {
    ...context,
    upload: {
      ...upload,
      ...(upload.declaredSizeBytes !== undefined && { declaredSizeBytes: sizeBytes }),
      ...(upload.sizeBytes !== undefined && { sizeBytes }),
    },
  };
}
