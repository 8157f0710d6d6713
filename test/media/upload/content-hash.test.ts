import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { ContentHash } from "../../../src/media/upload/content-hash.ts";

const BODY = Buffer.from("a body that may come in pieces");

test.each([
  ["in one piece", BODY.length, [BODY]],
  ["in pieces", BODY.length, [BODY.subarray(0, 5), BODY.subarray(5, 6), BODY.subarray(6)]],
  ["in pieces, one of them empty", BODY.length, [Buffer.alloc(0), BODY]],
  ["without a declared length", undefined, [BODY.subarray(0, 5), BODY.subarray(5)]],
])("The hash of a body that comes %s is that of all its bytes", (_, declaredBytes, pieces) => {
  const hash = new ContentHash(declaredBytes);
  for (const piece of pieces) hash.add(piece);
  expect(hash.digest()).toBe(createHash("sha256").update(BODY).digest("hex"));
});

test.each([0, undefined])("An empty body has the hash of nothing, with the declared length %s", (declaredBytes) => {
  const hash = new ContentHash(declaredBytes);
  expect(hash.digest()).toBe(createHash("sha256").digest("hex"));
});
