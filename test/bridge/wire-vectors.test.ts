import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { encodeFrame } from "../../src/bridge/transport/codec.ts";
import { decodeAll } from "./properties.ts";

const VectorsSchema = z.array(
  z.object({ name: z.string(), value: z.unknown(), frame: z.string(), frameOfHost: z.string().optional() }),
);
const vectors = VectorsSchema.parse(
  JSON.parse(readFileSync(new URL("../fixtures/wire/vectors.json", import.meta.url), "utf8")),
);

const TaggedSchema = z.union([
  z.strictObject({ int: z.string() }),
  z.strictObject({ float: z.string() }),
  z.strictObject({ map: z.array(z.tuple([z.unknown(), z.unknown()])) }),
]);

const FLOATS: Record<string, number> = { inf: Infinity, "-inf": -Infinity, nan: Number.NaN };

/** The value of a vector, integers as numbers where these are safe. */
function readTagged(tagged: unknown): unknown {
  if (Array.isArray(tagged)) return tagged.map(readTagged);
  if (typeof tagged !== "object" || tagged === null) return tagged;
  const content = TaggedSchema.parse(tagged);
  if ("map" in content)
    return Object.fromEntries(content.map.map(([key, value]) => [readTagged(key), readTagged(value)]));
  if ("float" in content) return FLOATS[content.float] ?? Number(content.float);
  const integer = BigInt(content.int);
  return Number.isSafeInteger(Number(integer)) ? Number(integer) : integer;
}

describe("a golden vector", () => {
  it.each(vectors)("is read and written to the byte: $name", ({ value, frame, frameOfHost }) => {
    const expected = readTagged(value);
    expect(Buffer.from(encodeFrame(expected)).toString("hex")).toBe(frameOfHost ?? frame);
    for (const hex of [frame, frameOfHost ?? frame]) expect(decodeAll([Buffer.from(hex, "hex")])).toEqual([expected]);
  });
});
