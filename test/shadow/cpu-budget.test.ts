import { expect, test } from "vitest";
import { AskingPace } from "../../src/shadow/run/asking-pace.ts";
import { CpuBudget } from "../../src/shadow/run/cpu-budget.ts";

/** A tenth of a core in any five seconds, of which 50 ms may be saved: 0.09 are earned. */
const OPTIONS = { part: 0.1, windowMs: 5_000, burstMs: 50 };

test("What is used beyond the budget is a debt that takes its time", () => {
  const budget = new CpuBudget(OPTIONS, 0);
  budget.charge(40, 0);
  expect(budget.waitMs(0)).toBe(0);
  budget.charge(465, 0);
  // 455 ms of CPU at what is earned, and a millisecond to begin with.
  expect(budget.waitMs(0)).toBe(5_067);
  expect(budget.waitMs(5_000)).toBe(67);
  expect(budget.waitMs(5_067)).toBe(0);
});

test("A quiet time saves no more than the burst", () => {
  const budget = new CpuBudget(OPTIONS, 0);
  budget.charge(51, 1_000_000);
  expect(budget.waitMs(1_000_000)).toBeGreaterThan(0);
});

test("A clock that goes back earns nothing", () => {
  const budget = new CpuBudget(OPTIONS, 1_000);
  budget.charge(505, 1_000);
  expect(budget.waitMs(0)).toBe(5_067);
});

test("What is saved may be used within a second, beside what is earned", () => {
  const budget = new CpuBudget(OPTIONS, 0);
  expect(budget.partNow(0)).toBeCloseTo(0.14);
  budget.charge(25, 0);
  expect(budget.partNow(0)).toBeCloseTo(0.115);
  budget.charge(2_000, 0);
  expect(budget.partNow(0)).toBeCloseTo(0.09);
});

const BEAT_MS = 200;
const LOOK_MS = 1_000;
const WINDOW_MS = 5_000;

/**
 * Milliseconds of CPU in each millisecond of a minute: questions of `costMs` are asked as many as the budget and the pace
 * let pass, while `isBusy` says that there are some, by a candidate that has a whole core.
 */
function simulate(costMs: number, isBusy: (nowMs: number) => boolean): number[] {
  const budget = new CpuBudget(OPTIONS, 0);
  const pace = new AskingPace(BEAT_MS, 0);
  const used: number[] = [];
  let [toWork, charged, looked, underWay, wakeMs] = [0, 0, 0, 0, 0];
  let total = 0;
  for (let nowMs = 0; nowMs < 60_000; nowMs += 1) {
    if (nowMs >= wakeMs && isBusy(nowMs)) {
      budget.charge(total - charged, nowMs);
      charged = total;
      const spentMs = budget.waitMs(nowMs);
      const part = budget.partNow(nowMs);
      const most = Math.min(pace.available(nowMs, part), pace.mostUnderWay(part) - underWay);
      for (let left = spentMs > 0 ? 0 : most; left > 0; left -= 1) {
        pace.send();
        underWay += 1;
        toWork += costMs;
      }
      wakeMs = nowMs + Math.max(BEAT_MS, spentMs, pace.waitMs(nowMs, part));
    }
    const worked = Math.min(1, toWork);
    used.push(worked);
    total += worked;
    toWork -= worked;
    const answered = underWay - Math.ceil(toWork / costMs - 1e-9);
    underWay -= answered;
    pace.settle(answered);
    if (nowMs % LOOK_MS !== LOOK_MS - 1) continue;
    budget.charge(total - charged, nowMs);
    charged = total;
    pace.look({ usedMs: total - looked, waiting: 1_000 });
    looked = total;
  }
  return used;
}

function mostInWindow(used: readonly number[], windowMs: number): number {
  let sum = 0;
  let most = 0;
  for (const [index, worked] of used.entries()) {
    sum += worked - (used[index - windowMs] ?? 0);
    most = Math.max(most, sum);
  }
  return most;
}

const TIMES: readonly [string, (nowMs: number) => boolean][] = [
  ["without end", () => true],
  ["in turns of two seconds", (nowMs) => Math.floor(nowMs / 2_000) % 2 === 0],
  ["in turns of seven seconds", (nowMs) => Math.floor(nowMs / 7_000) % 2 === 0],
  ["after a quiet half minute", (nowMs) => nowMs > 30_000],
];

test.each(TIMES)("A flood of questions, %s, takes a tenth of a core in no five seconds", (_when, isBusy) => {
  for (const costMs of [0.05, 0.2, 1, 2, 5, 20]) {
    const most = mostInWindow(simulate(costMs, isBusy), WINDOW_MS);
    // What questions cost is known after them: those that are under way at a time may go beyond it.
    expect(most, `at ${costMs} ms a question`).toBeLessThanOrEqual(OPTIONS.part * WINDOW_MS + 4 * costMs);
  }
});

test("A flood of questions that cost half a millisecond or more uses nearly all of the budget", () => {
  for (const costMs of [0.5, 1, 2, 5, 20]) {
    const used = simulate(costMs, () => true).reduce((sum, worked) => sum + worked, 0);
    expect(used / 60_000, `at ${costMs} ms a question`).toBeGreaterThan(0.08);
  }
});
