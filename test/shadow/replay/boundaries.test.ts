import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { CallbackContext } from "../../../src/callbacks/context/context.ts";
import type { KindName } from "../../../src/callbacks/kinds.ts";
import { CallbackRegistry } from "../../../src/callbacks/slots/registry.ts";
import { UNKNOWN_FACTS } from "../../../src/shadow/compare/effect.ts";
import { IgnoreRule } from "../../../src/shadow/compare/ignore.ts";
import type { AskedModule } from "../../../src/shadow/asking/ask-module.ts";
import type { RecordedQuestion } from "../../../src/shadow/recording/format.ts";
import { BoundaryGroups } from "../../../src/shadow/replay/boundary-groups.ts";
import { generateBoundaries } from "../../../src/shadow/replay/generate.ts";
import { findNumbers, withNumber } from "../../../src/shadow/replay/numbers.ts";
import { SmallestHashes } from "../../../src/shadow/replay/smallest-hashes.ts";

const KIND = "is_user_allowed_to_upload_media_of_size";
const ALICE = "@alice:example.test";
const LIMIT = { max_bytes: "100", time_period_ms: "60.5", info_uri: null, can_upgrade: false, extra: null };
const how = { facts: UNKNOWN_FACTS, ignore: new IgnoreRule(undefined, () => undefined) };

/** A module with one callback, which a function of a number stands for. */
function moduleOf(allows: (size: number, context: CallbackContext) => unknown): AskedModule {
  const registry = new CallbackRegistry();
  registry.add({
    language: "typescript",
    kind: KIND,
    module: { index: 0, name: "m", language: "typescript" },
    nth: 0,
    name: "allows",
    file: null,
    isLate: false,
    takesSize: false,
    call: (_user, size, context) => allows(size as number, context as CallbackContext),
  });
  const policy = { deadlineMs: 1000, onUnavailable: "refuse" } as const;
  const policies = new Proxy({} as Record<KindName, typeof policy>, { get: () => policy });
  return { registry, policies, isUserAdmin: async () => false };
}

function recorded(size: number, isAllowed: boolean, user = ALICE): RecordedQuestion {
  const said = isAllowed ? { outcome: "continue" as const } : { outcome: "stop" as const, value: null };
  return { module: "m", callback: KIND, args: [user, size], said, micros: 1, ts: 1, user };
}

/** As a client sent it: a file of its own name, in one piece of known size, or in chunks. */
function named(size: number, isWhole = true): RecordedQuestion {
  const upload = { declaredType: "image/png", fileName: `${size}.png`, ...(isWhole && { declaredSizeBytes: size }) };
  return { ...recorded(size, true), context: { isGuest: false, upload } };
}

function generate(sizes: readonly number[], original: AskedModule | undefined, candidate: AskedModule, seed = "1") {
  return generateFrom(
    sizes.map((size) => recorded(size, true)),
    original,
    candidate,
    seed,
  );
}

async function generateFrom(
  all: readonly RecordedQuestion[],
  original: AskedModule | undefined,
  candidate: AskedModule,
  seed = "1",
) {
  const groups = new BoundaryGroups(seed);
  for (const question of all) groups.add(question);
  const questions: RecordedQuestion[] = [];
  const generated = await generateBoundaries({
    groups: groups.list(),
    candidate,
    original,
    module: "m",
    ...how,
    onProgress: () => undefined,
    onQuestion: (question) => questions.push(question),
  });
  return { generated, questions, sizes: questions.map(({ args }) => args[1]) };
}

test("Between two recorded numbers every border of the original's answers is found, and a border that lies elsewhere shows", async () => {
  const sizes = fc.uniqueArray(fc.nat(1_000_000_000), { minLength: 2, maxLength: 6 });
  const property = fc.asyncProperty(sizes, fc.double({ min: 0, max: 1, noNaN: true }), async (values, share) => {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const border = low + Math.floor((high - low) * share);
    // The largest size that the original allows: at most one below the largest that was recorded.
    const last = Math.min(border, high - 1);
    const original = moduleOf((size) => size <= last);
    const { generated, sizes: asked } = await generate(values, original, moduleOf((size) => size < last)); // prettier-ignore
    expect(generated.borders).toBe(1);
    expect(asked).toEqual(expect.arrayContaining([last, last + 1]));
    expect(generated.differences.toJSON().different_effect?.smallest.map(({ args }) => args[1])).toEqual([last]);
    const same = await generate(values, original, original);
    expect(same.generated.differences.haveEffect).toBe(false);
  });
  await fc.assert(property, { numRuns: 100, seed: 3 });
});

test("A border is found where every number was recorded for another user", async () => {
  const groups = new BoundaryGroups("1");
  for (const [index, size] of [10, 400, 600, 9000].entries()) {
    groups.add(recorded(size, size <= 500, `@user${index}:example.test`));
  }
  const original = moduleOf((size) => size <= 500);
  const { borders, differences } = await generateBoundaries({
    groups: groups.list(),
    candidate: moduleOf((size) => size < 500),
    original,
    module: "m",
    ...how,
    onProgress: () => undefined,
    onQuestion: () => undefined,
  });
  expect(borders).toBe(2);
  const found = differences.toJSON().different_effect?.smallest.map(({ args }) => args);
  expect(found).toEqual([
    ["@user1:example.test", 500],
    ["@user2:example.test", 500],
  ]);
});

test("Both modules are told at a border what was recorded of the request", async () => {
  const context = { isGuest: true, upload: { declaredType: "application/zip" } };
  const groups = new BoundaryGroups("1");
  for (const size of [10, 9000]) groups.add({ ...recorded(size, size <= 500), context });
  const original = moduleOf((size, { requester, upload }) => {
    expect([requester?.isGuest, upload?.declaredType]).toEqual([true, "application/zip"]);
    return size <= 500;
  });
  const questions: RecordedQuestion[] = [];
  const { borders } = await generateBoundaries({
    groups: groups.list(),
    candidate: original,
    original,
    module: "m",
    ...how,
    onProgress: () => undefined,
    onQuestion: (question) => questions.push(question),
  });
  expect(borders).toBe(1);
  expect(questions.map((question) => question.context)).toEqual(questions.map(() => context));
});

test("Uploads of a user are compared whatever their names and sizes, and modules are told the size that is asked about", async () => {
  const asked: unknown[] = [];
  const original = moduleOf((size, { upload }) => {
    asked.push(upload?.declaredSizeBytes === size);
    return (upload?.declaredSizeBytes ?? 0) <= 500;
  });
  const candidate = moduleOf((size) => size < 500);
  const { generated } = await generateFrom(
    [10, 400, 9000].map((size) => named(size)),
    original,
    candidate,
  );
  expect(generated.borders).toBe(1);
  expect(new Set(asked)).toEqual(new Set([true]));
  const { different_effect: found } = generated.differences.toJSON();
  expect(found?.smallest.map(({ args }) => args[1])).toEqual([500]);
});

test("A size that modules were not told stays unknown, and the order of uploads does not matter", async () => {
  const original = moduleOf((size) => size <= 500);
  const recording = [10, 400, 9000].map((size) => named(size, false));
  const one = await generateFrom(recording, original, original);
  const reversed = await generateFrom(recording.toReversed(), original, original);
  expect(one.generated.borders).toBe(1);
  expect(one.questions.map(({ context }) => context?.upload?.declaredSizeBytes)).toEqual(
    one.sizes.map(() => undefined),
  );
  const contextsOf = ({ questions }: typeof one) => questions.map(({ args, context }) => [args, context]);
  expect(contextsOf(reversed)).toEqual(contextsOf(one));
});

test("Without an original the candidate is asked beside each number, and only its failures count", async () => {
  const failing = moduleOf((size) => {
    if (size === 11) throw new TypeError("eleven");
    return true;
  });
  const { generated, sizes } = await generate([10], undefined, failing);
  expect([generated.asked, generated.uncompared, sizes]).toEqual([3, 2, []]);
  expect(generated.differences.toJSON()).toEqual({ candidate_failed: { count: 1, smallest: [expect.anything()] } });
});

test("The same seed generates the same questions, whatever the order of the recording", async () => {
  const sizes = Array.from({ length: 300 }, (_, index) => index * 7919);
  const original = moduleOf((size) => size % 5000 < 2500);
  const one = await generate(sizes, original, original, "a");
  const reversed = await generate(sizes.toReversed(), original, original, "a");
  const other = await generate(sizes, original, original, "b");
  expect(reversed.sizes).toEqual(one.sizes);
  expect(other.sizes).not.toEqual(one.sizes);
});

test("Numbers are found in every argument, those of limits included, and are put back in the same form", () => {
  const args = [ALICE, LIMIT, 5, 6];
  expect(findNumbers(args)).toEqual([
    { path: [1, "max_bytes"], value: 100 },
    { path: [2], value: 5 },
    { path: [3], value: 6 },
  ]);
  expect(withNumber(args, [1, "max_bytes"], 7)).toEqual([ALICE, { ...LIMIT, max_bytes: "7" }, 5, 6]);
  expect(withNumber(args, [3], 7)).toEqual([ALICE, LIMIT, 5, 7]);
});

test("What is kept of very many keys is bounded, and does not depend on their order", () => {
  const keys = Array.from({ length: 1000 }, (_, index) => `key ${index}`);
  const kept = keep(keys);
  expect(kept.list).toHaveLength(10);
  expect(kept.isPartial).toBe(true);
  expect(keep(keys.toReversed())).toEqual(kept);
  expect(keep(keys.slice(0, 5)).isPartial).toBe(false);
});

function keep(order: readonly string[]) {
  const kept = new SmallestHashes<string>(10, "seed");
  for (const key of order) kept.take(key, () => key);
  return { list: kept.list().map(([key]) => key), isPartial: kept.isPartial };
}
