import { isDeepStrictEqual } from "node:util";
import { classify, type DifferenceClass } from "./difference.ts";
import { Draw } from "./draw.ts";
import type { Family, Question } from "./family.ts";
import { hashList } from "./hash-list.ts";
import { outsideScanner } from "./outside-scanner.ts";
import { startPair, type Pair, type PairOptions } from "./pair.ts";
import { uploadRules } from "./upload-rules.ts";
import { MISTAKES, writeMistaken, type Mistake } from "./wrong.ts";
import { createFolder, removeFolder } from "../support/folder.ts";
import type { FaultOptions, FaultResult } from "../program.ts";

export const FAMILIES: readonly Family[] = [uploadRules, hashList, outsideScanner];

const LONG_QUESTIONS = 10_000;
const SHORT_QUESTIONS = 1_000;
/** Each has a configuration of its own. */
const LONG_WORLDS = 10;
const SHORT_WORLDS = 2;
/** A mistake must be found within so many. */
const MISTAKE_QUESTIONS = 1_000;
const SIDE_BY_SIDE = 8;

/** A question whose answers differ. */
interface Difference {
  readonly class: DifferenceClass;
  readonly text: string;
}

interface Comparison {
  readonly asked: number;
  readonly differences: readonly Difference[];
  /** How many answers of the original had each status. */
  readonly statuses: ReadonlyMap<number, number>;
  readonly tablesDiffer: boolean;
}

/**
 * Asks the modules of examples/migration in both languages the same generated questions, through two services over
 * HTTP, and compares the answers byte for byte; then makes mistakes in the TypeScript modules, each of which must be
 * found.
 */
export async function runFamilies({ short, seed, note }: FaultOptions): Promise<FaultResult> {
  let [passed, failed] = [0, 0];
  const worlds = short ? SHORT_WORLDS : LONG_WORLDS;
  const questions = (short ? SHORT_QUESTIONS : LONG_QUESTIONS) / worlds;
  for (const family of FAMILIES) {
    const total = { asked: 0, differences: 0, statuses: new Map<number, number>() };
    for (let index = 0; index < worlds; index += 1) {
      const compared = await compareFamily(family, { seed: seed + index, index, questions });
      for (const { text } of compared.differences.slice(0, 5)) note(`${family.name}: ${text}`);
      if (compared.tablesDiffer) note(`${family.name}: the tables differ`);
      total.asked += compared.asked;
      total.differences += compared.differences.length + (compared.tablesDiffer ? 1 : 0);
      for (const [status, count] of compared.statuses) add(total.statuses, status, count);
    }
    passed += total.asked - total.differences;
    failed += total.differences;
    const statuses = [...total.statuses].toSorted(([a], [b]) => a - b).map(([status, count]) => `${status} × ${count}`);
    note(`${family.name}: ${total.asked} questions, ${total.differences} differences (${statuses.join(", ")})`);
  }
  for (const mistake of MISTAKES) {
    const found = await findMistake(mistake, seed);
    note(`${mistake.name}: ${found ?? "not found"}`);
    if (found?.startsWith(mistake.class) === true) passed += 1;
    else failed += 1;
  }
  return { passed, failed };
}

/** The class of the first difference that a mistake causes, and the question's number; undefined where there is none. */
async function findMistake(mistake: Mistake, seed: number): Promise<string | undefined> {
  const folder = createFolder();
  try {
    const { asked, differences } = await compareFamily(mistake.family, {
      seed,
      index: 0,
      questions: MISTAKE_QUESTIONS,
      isOver: (found) => found.length > 0,
      candidate: writeMistaken(mistake, folder),
      ...(mistake.deadlineMs !== undefined && { deadlineMs: mistake.deadlineMs }),
    });
    const [first] = differences;
    return first && `${first.class}, found within ${asked} questions`;
  } finally {
    removeFolder(folder);
  }
}

interface ComparisonOptions extends PairOptions {
  readonly seed: number;
  readonly index: number;
  readonly questions: number;
  readonly isOver?: (differences: readonly Difference[]) => boolean;
}

async function compareFamily(family: Family, options: ComparisonOptions): Promise<Comparison> {
  const { seed, index, questions, isOver = () => false, ...pairOptions } = options;
  const world = await family.open(new Draw(seed), index);
  const pair = await startPair(family, world, pairOptions);
  const differences: Difference[] = [];
  const statuses = new Map<number, number>();
  let asked = 0;
  const live = async () => {
    while (asked < questions && !isOver(differences)) {
      for (const question of world.life()) {
        if (asked >= questions || isOver(differences)) break;
        asked += 1;
        const difference = await compare(pair, question, statuses);
        if (difference !== undefined) differences.push(difference);
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, live));
  } finally {
    world.close();
  }
  const [original, candidate] = await pair.end();
  return { asked, differences, statuses, tablesDiffer: !isDeepStrictEqual(original, candidate) };
}

async function compare(pair: Pair, question: Question, statuses: Map<number, number>): Promise<Difference | undefined> {
  const [original, candidate] = await pair.ask(question);
  add(statuses, original.status, 1);
  const found = classify(original, candidate);
  if (found === undefined) return undefined;
  return { class: found, text: `${found}: ${describe(question)}: ${say(original)} / ${say(candidate)}` };
}

function describe({ kind, userId, content, announced, isChunked }: Question): string {
  const size = announced === undefined ? `${content?.length ?? 0} bytes` : `${announced} bytes announced`;
  return `${kind} of ${JSON.stringify(userId)}, ${size}${isChunked === true ? ", chunked" : ""}`;
}

function say({ status, body }: { readonly status: number; readonly body: string }): string {
  return `${status} ${body.slice(0, 300)}`;
}

function add(counts: Map<number, number>, key: number, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}
