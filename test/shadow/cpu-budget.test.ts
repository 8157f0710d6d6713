import { expect, test } from "vitest";
import { CpuBudget } from "../../src/shadow/run/cpu-budget.ts";

const OPTIONS = { part: 0.1, burstMs: 1_000 };

test("What is used beyond the budget is a debt that takes its time", () => {
  const budget = new CpuBudget(OPTIONS, 0);
  budget.charge(900, 0);
  expect(budget.waitMs(0)).toBe(0);
  budget.charge(600, 0);
  // 500 ms of CPU at a tenth of a core, and a millisecond to begin with.
  expect(budget.waitMs(0)).toBe(5_010);
  expect(budget.waitMs(5_000)).toBe(10);
  expect(budget.waitMs(5_010)).toBe(0);
});

test("A quiet time saves no more than the burst", () => {
  const budget = new CpuBudget(OPTIONS, 0);
  budget.charge(1_001, 1_000_000);
  expect(budget.waitMs(1_000_000)).toBeGreaterThan(0);
});

test("A clock that goes back earns nothing", () => {
  const budget = new CpuBudget(OPTIONS, 1_000);
  budget.charge(1_500, 1_000);
  expect(budget.waitMs(0)).toBe(5_010);
});

test("What is saved may be used faster than it is earned, and what is not is used as fast as that", () => {
  const budget = new CpuBudget(OPTIONS, 0);
  expect(budget.partNow(0)).toBe(0.5);
  budget.charge(500, 0);
  expect(budget.partNow(0)).toBeCloseTo(0.3);
  budget.charge(2_000, 0);
  expect(budget.partNow(0)).toBe(0.1);
});
