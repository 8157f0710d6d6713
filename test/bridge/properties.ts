import * as fc from "fast-check";
import { FrameDecoder } from "../../src/bridge/transport/frame-decoder.ts";

export { fc };

/** The messages of all chunks. */
export function decodeAll(chunks: readonly Buffer[]): unknown[] {
  const messages: unknown[] = [];
  const decoder = new FrameDecoder((message) => messages.push(message));
  for (const chunk of chunks) decoder.push(chunk);
  return messages;
}

const text = fc.string({ unit: "binary" }).filter((value) => value.isWellFormed());
const key = text.filter((value) => value !== "__proto__");

/** Any value that the wire can say and that comes back the same in JavaScript. */
export const wireValue: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 6 },
    fc.constantFrom(null, true, false),
    text,
    fc.maxSafeInteger(),
    // -0 has no integer form, and 2^53 is where "auto" begins to give BigInt.
    fc.double().map((number) => (number === 0 ? 0 : number)),
    fc.bigInt({ min: 2n ** 53n + 1n, max: 2n ** 64n - 1n }),
    fc.bigInt({ min: -(2n ** 63n), max: -(2n ** 53n) - 1n }),
    fc.array(tie("value"), { maxLength: 20 }),
    fc.dictionary(key, tie("value"), { maxKeys: 20 }).map((map) => ({ ...map })),
  ),
})).value;
