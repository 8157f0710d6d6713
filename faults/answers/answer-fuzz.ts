import { breakAnswer } from "./mutations.ts";
import { readAsNode, readAsService, type ReadAnswer } from "./readers.ts";
import type { FaultOptions, FaultResult } from "../program.ts";
import { createRandom } from "../support/random.ts";

const LONG = 400_000;
const SHORT = 2_048;
const AT_ONCE = 64;

/**
 * The service has a reader of its own for small answers of Synapse. Whatever that one takes for an answer, Node's own
 * client takes for the same: a reader that is laxer may see another end of an answer than a proxy between, and hand one
 * client the answer to another.
 */
export async function runAnswerFuzz({ short, seed, note }: FaultOptions): Promise<FaultResult> {
  const random = createRandom(seed);
  const result = { passed: 0, failed: 0 };
  let accepted = 0;
  const client = async (count: number) => {
    for (let made = 0; made < count; made += 1) {
      const pieces = breakAnswer(random);
      const own = readAsService(pieces);
      if ("refused" in own) {
        // Being stricter costs an upload that is not answered, but deceives no client.
        result.passed += 1;
        continue;
      }
      accepted += 1;
      const wrong = await compare(pieces, own);
      if (wrong === undefined) result.passed += 1;
      else {
        result.failed += 1;
        note(`${JSON.stringify(pieces.map((piece) => piece.toString("latin1")))}: ${wrong}`);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, () => client((short ? SHORT : LONG) / AT_ONCE)));
  note(`${accepted} answers were accepted`);
  return result;
}

async function compare(pieces: readonly Buffer[], own: ReadAnswer): Promise<string | undefined> {
  const other = await readAsNode(pieces);
  // RFC 9112 allows a little that Node refuses, such as blanks before a chunk's extension. None of that is needed, so
  // there are no exceptions.
  if ("refused" in other) return `accepted here, refused by Node: ${other.refused}`;
  const differing = (["status", "statusText", "headers"] as const).find(
    (part) => JSON.stringify(own[part]) !== JSON.stringify(other[part]),
  );
  if (differing) return `${differing} ${JSON.stringify(own[differing])}, for Node ${JSON.stringify(other[differing])}`;
  if (!own.body.equals(other.body))
    return `body ${JSON.stringify(own.body.toString("latin1"))}, for Node ${JSON.stringify(other.body.toString("latin1"))}`;
  return own.canReuse && !other.canReuse ? "the connection is used again here, and not by Node" : undefined;
}
