import type { WireAnswer } from "../http/exchange.ts";
import type { Draft } from "./requests.ts";
import { WrongAnswer, type WireClient } from "./wire-client.ts";
import type { World } from "./world.ts";

/**
 * Something that one client does, by chance. Resolves to how many requests that were; rejects with {@link WrongAnswer}.
 */
export interface Turn {
  readonly name: string;
  /** How often it is made, compared with others. */
  readonly weight: number;
  readonly make: (world: World) => Promise<number>;
}

/** The answer to a request, which must come and must be right. */
export async function expectAnswer(client: WireClient, draft: Draft): Promise<WireAnswer> {
  return checkAnswer(draft, await client.next());
}

/** Throws {@link WrongAnswer} where it is not the one that must come. */
export function checkAnswer(draft: Draft, answer: WireAnswer | undefined): WireAnswer {
  if (answer === undefined) throw new WrongAnswer(`${draft.name}: the connection ends without an answer`);
  const wrong = draft.check(answer);
  if (wrong !== undefined) throw new WrongAnswer(`${draft.name}: ${wrong}`);
  return answer;
}

/** Cuts bytes in a few pieces, anywhere. */
export function cut(bytes: Buffer, pieces: number, { requests }: World): Buffer[] {
  const ends = Array.from({ length: pieces - 1 }, () => requests.below(bytes.length)).toSorted((a, b) => a - b);
  return [0, ...ends].map((from, index) => bytes.subarray(from, ends[index] ?? bytes.length));
}
