import { array, assert, boolean, constantFrom, nat, property, record } from "fast-check";
import { describe, expect, test } from "vitest";
import { FairQueue } from "../../../src/util/concurrency/fair-queue.ts";

interface Item {
  readonly key: string;
  readonly number: number;
  readonly isUrgent: boolean;
}

const pushes = array(record({ key: constantFrom("a", "b", "c", "d"), isUrgent: boolean() }), {
  maxLength: 60,
});

const isEven = ({ number }: Item) => number % 2 === 0;

function fill(items: readonly { key: string; isUrgent: boolean }[]): FairQueue<Item> {
  const queue = new FairQueue<Item>();
  for (const [number, item] of items.entries()) queue.push(item.key, { ...item, number }, item.isUrgent);
  return queue;
}

function drain(queue: FairQueue<Item>): Item[] {
  const items: Item[] = [];
  for (let item = queue.shift(); item !== undefined; item = queue.shift()) items.push(item);
  return items;
}

describe("a fair queue", () => {
  test("gives everything back once, each key at most one turn ahead of any other that waits", () => {
    assert(
      property(pushes, (items) => {
        const queue = fill(items);
        expect(queue.size).toBe(items.length);
        const drained = drain(queue);
        expect(drained.map(({ number }) => number).toSorted((a, b) => a - b)).toEqual(items.map((_, index) => index));
        expect(queue.size).toBe(0);
        const rounds = drained.map(
          ({ key }, index) => drained.slice(0, index).filter((item) => item.key === key).length,
        );
        expect(rounds).toEqual(rounds.toSorted((a, b) => a - b));
      }),
    );
  });

  test("gives what is urgent before what is not, and otherwise what came first, within a key", () => {
    assert(
      property(pushes, (items) => {
        for (const key of ["a", "b", "c", "d"]) {
          const own = drain(fill(items)).filter((item) => item.key === key);
          const wanted = own.toSorted((a, b) => Number(b.isUrgent) - Number(a.isUrgent) || a.number - b.number);
          expect(own).toEqual(wanted);
        }
      }),
    );
  });

  test("takes the latest common item of the key that has most, and nothing where no key has enough", () => {
    assert(
      property(pushes, nat(10), (items, least) => {
        const queue = fill(items);
        const counts = new Map(["a", "b", "c", "d"].map((key) => [key, queue.commonOf(key)]));
        const most = Math.max(...counts.values());
        const taken = queue.takeFromLongest(least);
        expect(taken !== undefined).toBe(most > least);
        if (taken === undefined) return;
        expect(counts.get(taken.key)).toBe(most);
        expect(taken.isUrgent).toBe(false);
        expect(drain(queue).filter(({ key, isUrgent }) => key === taken.key && !isUrgent).every(({ number }) => number < taken.number)).toBe(true); // prettier-ignore
      }),
    );
  });

  test("takes every item that matches and leaves the others in their order", () => {
    assert(
      property(pushes, (items) => {
        const queue = fill(items);
        const left = items.flatMap((item, number) => (number % 2 === 0 ? [] : [{ ...item, number }]));
        expect(queue.takeWhere(isEven).length).toBe(items.length - left.length);
        expect(queue.size).toBe(left.length);
        expect(drain(queue).toSorted((a, b) => a.number - b.number)).toEqual(left);
      }),
    );
  });

  test("keeps a key that has just come waiting for two turns for each other that has had none, however many wait", () => {
    assert(
      property(pushes, nat(60), (items, turns) => {
        const queue = fill(items);
        const taken = new Set(Array.from({ length: turns }, () => queue.shift()?.key));
        const others = new Set(items.map(({ key }) => key).filter((key) => !taken.has(key)));
        queue.push("newcomer", { key: "newcomer", number: -1, isUrgent: false }, false);
        const place = drain(queue).findIndex(({ key }) => key === "newcomer");
        expect(place).toBeLessThanOrEqual(2 * others.size + 1);
      }),
    );
  });
});
