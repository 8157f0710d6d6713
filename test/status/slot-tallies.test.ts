import { expect, test } from "vitest";
import { ModuleFailure } from "../../src/callbacks/failure.ts";
import type { SlotOutcome, TypeScriptSlot } from "../../src/callbacks/slots/slot.ts";
import { MatrixError } from "../../src/errors.ts";
import { LatencyRing } from "../../src/status/latency-ring.ts";
import { SlotTallies } from "../../src/status/slot-tallies.ts";

function makeSlot(index = 0): TypeScriptSlot {
  return {
    kind: "on_media_uploaded",
    module: { index, name: "one", language: "typescript" },
    nth: 0,
    name: "told",
    file: null,
    isLate: false,
    takesSize: false,
    language: "typescript",
    call: () => undefined,
  };
}

test("Percentiles are by nearest rank, of the last 512 calls alone", () => {
  const ring = new LatencyRing();
  expect(ring.percentiles()).toBeUndefined();
  for (let micros = 100; micros > 0; micros -= 1) ring.add(micros);
  expect(ring.percentiles()).toEqual({ p50: 50, p95: 95, p99: 99 });
  for (let call = 0; call < 411; call += 1) ring.add(1000);
  expect(ring.percentiles()).toEqual({ p50: 1000, p95: 1000, p99: 1000 });
  expect(ring.last(3)).toEqual([1000, 1000, 1000]);
  for (let micros = 1; micros <= 512; micros += 1) ring.add(micros);
  expect(ring.percentiles()).toEqual({ p50: 256, p95: 487, p99: 507 });
  expect(ring.last(2)).toEqual([511, 512]);
});

test("Each outcome is counted in one column, and a refusal in a module's own words is not a failure", () => {
  const tallies = new SlotTallies();
  const slot = makeSlot();
  const outcomes: [SlotOutcome, Error?][] = [
    ["continue"],
    ["stop"],
    ["error", new MatrixError(429, "ORG_EXAMPLE_TODAY", "Not today")],
    ["error", new ModuleFailure("it broke")],
    ["timeout"],
    ["unavailable"],
    ["busy"],
  ];
  for (const [outcome, error] of outcomes) tallies.count({ slot, outcome, micros: 1, error });
  expect(tallies.of(slot).counts).toEqual({
    asked: 7,
    continued: 1,
    stopped: 2,
    failed: 1,
    late: 1,
    unavailable: 2,
  });
  expect(tallies.of(slot).lastMicros(10), "without those that were not called").toHaveLength(5);
});

test("A callback that is registered again in the same place counts on, and one in another place begins anew", () => {
  const tallies = new SlotTallies();
  tallies.count({ slot: makeSlot(), outcome: "continue", micros: 1 });
  expect(tallies.of(makeSlot()).counts.asked).toBe(1);
  expect(tallies.of(makeSlot(1)).counts.asked).toBe(0);
});
