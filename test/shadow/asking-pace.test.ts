import { expect, test } from "vitest";
import { AskingPace } from "../../src/shadow/run/asking-pace.ts";

const PART = 0.1;
const BEAT_MS = 200;
const CALM = { usedMs: 0, waiting: 0 };

/** A pace that has learned, nearly, what a question costs in milliseconds. */
function pacedAt(costMs: number): AskingPace {
  const pace = new AskingPace(BEAT_MS, 0);
  for (let second = 0; second < 20; second += 1) {
    pace.settle(100);
    pace.look({ ...CALM, usedMs: 100 * costMs });
  }
  return pace;
}

function sendAll(pace: AskingPace, nowMs: number): number {
  const count = pace.available(nowMs, PART);
  for (let left = count; left > 0; left -= 1) pace.send();
  return count;
}

test("Questions are sent evenly: in every beat as many as a tenth of a core has room for", () => {
  const pace = pacedAt(1);
  sendAll(pace, 0);
  const sent = Array.from({ length: 40 }, (_item, beat) => sendAll(pace, (beat + 1) * BEAT_MS));
  expect(Math.max(...sent)).toBeLessThanOrEqual(21);
  expect(Math.min(...sent)).toBeGreaterThanOrEqual(19);
});

test("However cheap questions are, 200 a second are sent at most", () => {
  const pace = pacedAt(0.01);
  sendAll(pace, 0);
  const sent = Array.from({ length: 50 }, (_item, beat) => sendAll(pace, (beat + 1) * BEAT_MS));
  expect(sent).toEqual(Array.from({ length: 50 }, () => 40));
});

test("A quiet time saves no more than one beat, and a few questions where that has room for less than those", () => {
  const cheap = pacedAt(1);
  expect(cheap.available(1_000_000, PART)).toBe(19);
  const dear = pacedAt(50);
  expect(dear.available(1_000_000, PART)).toBe(8);
});

test("It says how long the next question has to wait", () => {
  const pace = pacedAt(50);
  sendAll(pace, 1_000_000);
  const waitMs = pace.waitMs(1_000_000, PART);
  expect(waitMs).toBeGreaterThan(400);
  expect(waitMs).toBeLessThanOrEqual(501);
  expect(pace.available(1_000_000 + waitMs, PART)).toBe(1);
});

test("Dear questions are under way by few, cheap ones by many", () => {
  expect(pacedAt(50).mostUnderWay(PART)).toBe(4);
  expect(pacedAt(1).mostUnderWay(PART)).toBe(39);
  expect(pacedAt(0.5).mostUnderWay(PART)).toBe(64);
});

test("It learns from few questions a second as well, and forgets what a start has cost", () => {
  const pace = new AskingPace(BEAT_MS, 0);
  pace.settle(8);
  pace.look({ ...CALM, usedMs: 600 });
  for (let second = 0; second < 12; second += 1) {
    pace.settle(40);
    pace.look({ ...CALM, usedMs: 20 });
  }
  // Half a millisecond each: about forty in a beat.
  expect(pace.available(1_000_000, PART)).toBeGreaterThanOrEqual(30);
  expect(pace.mostUnderWay(PART)).toBeGreaterThan(60);
});

test("What few questions used tells nothing: the system counts CPU in hundredths of a second", () => {
  const pace = pacedAt(1);
  pace.settle(1);
  pace.look({ ...CALM, usedMs: 10 });
  expect(pace.available(1_000_000, PART)).toBe(19);
});

test("A clock that goes back earns nothing", () => {
  const pace = new AskingPace(BEAT_MS, 1_000);
  sendAll(pace, 1_000);
  expect(pace.available(0, PART)).toBe(0);
});

test("The share becomes the one that can be asked, and rises again when nothing waits", () => {
  const pace = new AskingPace(BEAT_MS, 0);
  const second = (offered: number, sent: number, waiting: number) => {
    for (let left = offered; left > 0; left -= 1) pace.offer();
    for (let left = sent; left > 0; left -= 1) pace.send();
    pace.look({ ...CALM, waiting });
    return Number(pace.share.toFixed(3));
  };
  expect(second(100, 0, 100)).toBe(1);
  // 1,000 in place of 800 could be asked.
  expect(second(1_000, 800, 600)).toBe(0.696);
  expect(second(10_000, 800, 1_000)).toBe(0.348);
  expect(second(10, 10, 0)).toBe(0.435);
  expect(second(0, 0, 0)).toBe(0.543);
});

test("The share falls by half at a time where none of many can be asked, and never to nothing", () => {
  const pace = new AskingPace(BEAT_MS, 0);
  pace.look({ ...CALM, waiting: 1_000 });
  expect(pace.share).toBe(0.5);
  for (let second = 0; second < 100; second += 1) pace.look({ ...CALM, waiting: 1_000 });
  expect(pace.share).toBe(0.001);
});

test("While a few questions wait for the budget, none is left out", () => {
  const pace = new AskingPace(BEAT_MS, 0);
  pace.offer();
  pace.look({ usedMs: 900, waiting: 1 });
  expect(pace.share).toBe(1);
});

test("The share falls where a few questions wait that take long, and not where as many wait that do not", () => {
  const [dear, cheap] = [pacedAt(50), pacedAt(1)];
  for (const pace of [dear, cheap]) {
    for (let left = 100; left > 0; left -= 1) pace.offer();
    pace.look({ ...CALM, waiting: 100 });
  }
  expect([dear.share, cheap.share]).toEqual([0.5, 1]);
});
