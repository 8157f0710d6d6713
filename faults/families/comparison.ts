import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { createFolder, removeFolder } from "../support/folder.ts";
import type { Answer } from "./ask.ts";
import { classify, type DifferenceClass } from "./difference.ts";
import { Draw } from "./draw.ts";
import type { Family, Question } from "./family.ts";
import { startFamilyHomeserver } from "./homeserver.ts";
import { folderOf, type Side, startSide } from "./side.ts";
import { type Mistake, writeMistaken } from "./wrong.ts";

/** Users who ask at a time. */
const SIDE_BY_SIDE = 8;

/** What came of the questions in one world. */
export interface Comparison {
  readonly asked: number;
  /** A line for each question whose answers differ. */
  readonly differences: readonly string[];
  /** How many answers of the original had each status. */
  readonly statuses: ReadonlyMap<number, number>;
  readonly found: readonly FoundMistake[];
}

/** The first difference that a mistake caused; undefined where it caused none. */
export interface FoundMistake {
  readonly mistake: Mistake;
  readonly first: { readonly class: DifferenceClass; readonly question: number } | undefined;
}

export interface ComparisonOptions {
  readonly seed: number;
  /** Of the world. */
  readonly index: number;
  readonly questions: number;
  /** Each is asked until it is found. */
  readonly mistakes: readonly Mistake[];
}

/** A module with a mistake, as long as it has not been found. */
interface Suspect {
  readonly mistake: Mistake;
  readonly side: Side;
  first: FoundMistake["first"];
}

/** Asks the module of a family in both languages the same, and the modules with mistakes as well. */
export async function compareFamily(family: Family, options: ComparisonOptions): Promise<Comparison> {
  const world = await family.open(new Draw(options.seed), options.index);
  const homeserver = await startFamilyHomeserver();
  const folder = createFolder();
  const start = (typescript?: string, deadlineMs?: number) =>
    startSide({ family, world, homeserverUrl: homeserver.url, deadlineMs, ...(typescript && { typescript }) });
  const original = await start();
  const candidate = await start(join(folderOf(family), family.typescript));
  const suspects: Suspect[] = [];
  for (const mistake of options.mistakes) {
    const side = await start(writeMistaken(mistake, folder), mistake.deadlineMs);
    suspects.push({ mistake, side, first: undefined });
  }
  const differences: string[] = [];
  const statuses = new Map<number, number>();
  let asked = 0;
  const ask = async (question: Question) => {
    asked += 1;
    const number = asked;
    const open = suspects.filter(({ first }) => first === undefined);
    const [given, ported, ...others] = await Promise.all(
      [original, candidate, ...open.map(({ side }) => side)].map((side) => side.ask(question)),
    );
    if (given === undefined || ported === undefined) throw new Error("there are two sides");
    statuses.set(given.status, (statuses.get(given.status) ?? 0) + 1);
    const difference = classify(given, ported);
    if (difference !== undefined) differences.push(describe(difference, question, given, ported));
    for (const [index, suspect] of open.entries()) {
      const wrong = others[index] && classify(given, others[index]);
      if (wrong !== undefined) suspect.first ??= { class: wrong, question: number };
    }
  };
  const live = async () => {
    while (asked < options.questions) {
      for (const question of world.life()) if (asked < options.questions) await ask(question);
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, live));
  const [table, portedTable] = await Promise.all(
    [original, candidate, ...suspects.map(({ side }) => side)].map((side) => side.end()),
  );
  if (!isDeepStrictEqual(table, portedTable)) differences.push("the tables differ at the end");
  world.close();
  homeserver.close();
  removeFolder(folder);
  return { asked, differences, statuses, found: suspects.map(({ mistake, first }) => ({ mistake, first })) };
}

function describe(difference: DifferenceClass, question: Question, original: Answer, candidate: Answer): string {
  const { kind, userId, content, announced, isChunked } = question;
  const size = announced === undefined ? `${content?.length ?? 0} bytes` : `${announced} bytes announced`;
  const what = `${kind} of ${JSON.stringify(userId)}, ${size}${isChunked === true ? ", chunked" : ""}`;
  return `${difference}: ${what}: ${say(original)} / ${say(candidate)}`;
}

function say({ status, body }: Answer): string {
  return `${status} ${body.slice(0, 300)}`;
}
