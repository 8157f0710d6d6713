import type { FaultOptions, FaultResult } from "../program.ts";
import { compareFamily, type FoundMistake } from "./comparison.ts";
import type { Family } from "./family.ts";
import { hashList } from "./hash-list.ts";
import { outsideScanner } from "./outside-scanner.ts";
import { uploadRules } from "./upload-rules.ts";
import { MISTAKES } from "./wrong.ts";

export const FAMILIES: readonly Family[] = [uploadRules, hashList, outsideScanner];

const LONG = { questions: 10_000, worlds: 10 };
const SHORT = { questions: 500, worlds: 2 };
/** Differences that are told in full. */
const TOLD = 5;

/**
 * Asks the modules of examples/migration in both languages the same generated questions, through two services over
 * HTTP, and compares the answers byte for byte. In the first world of a family modules with mistakes are asked too, each
 * of which must be found: within 1,000 questions.
 */
export async function runFamilies({ short, seed, note }: FaultOptions): Promise<FaultResult> {
  const { questions, worlds } = short ? SHORT : LONG;
  const found: FoundMistake[] = [];
  let [passed, failed] = [0, 0];
  for (const family of FAMILIES) {
    const mistakes = MISTAKES.filter((mistake) => mistake.family === family);
    const statuses = new Map<number, number>();
    let [asked, different] = [0, 0];
    for (let index = 0; index < worlds; index += 1) {
      const compared = await compareFamily(family, {
        seed: seed + index,
        index,
        questions: questions / worlds,
        mistakes: index === 0 ? mistakes : [],
      });
      for (const difference of compared.differences.slice(0, TOLD)) note(`${family.name}: ${difference}`);
      asked += compared.asked;
      different += compared.differences.length;
      for (const [status, count] of compared.statuses) statuses.set(status, (statuses.get(status) ?? 0) + count);
      found.push(...compared.found);
    }
    passed += asked - different;
    failed += different;
    const counts = [...statuses].toSorted(([a], [b]) => a - b).map(([status, count]) => `${status} × ${count}`);
    note(`${family.name}: ${asked} questions, ${different} differences (${counts.join(", ")})`);
  }
  for (const { mistake, first } of found) {
    note(`${mistake.name}: ${first ? `${first.class}, found by question ${first.question}` : "not found"}`);
    if (first?.class === mistake.class) passed += 1;
    else failed += 1;
  }
  return { passed, failed };
}
