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

test("The share falls by half each time that the budget is spent, and rises again", () => {
  const budget = new CpuBudget(OPTIONS, 0);
  const shares: number[] = [];
  for (const [usedMs, nowMs] of [
    [2_000, 0],
    [10, 1_000],
    [0, 20_000],
    [0, 21_000],
    [0, 22_000],
    [0, 23_000],
    [0, 24_000],
    [0, 25_000],
  ] as const) {
    budget.charge(usedMs, nowMs);
    budget.adapt();
    shares.push(Number(budget.share.toFixed(3)));
  }
  expect(shares).toEqual([0.5, 0.25, 0.313, 0.391, 0.488, 0.61, 0.763, 0.954]);
});

test("A candidate that uses a whole core all the time is asked ever less, and never not at all", () => {
  const budget = new CpuBudget(OPTIONS, 0);
  for (let second = 1; second <= 100; second += 1) {
    budget.charge(1_000, second * 1_000);
    budget.adapt();
  }
  expect(budget.share).toBe(0.001);
});
