import { describe, expect, it } from "vitest";
import { Turns } from "../../../src/util/concurrency/turns.ts";

describe("turns", () => {
  it("come at once up to the limit, then in the order of asking, one for each that is passed on", async () => {
    const turns = new Turns(2);
    const came: number[] = [];
    const asked = [1, 2, 3, 4].map((n) => turns.take().then((isTaken) => isTaken && came.push(n)));
    await Promise.all(asked.slice(0, 2));
    expect(came).toEqual([1, 2]);
    turns.pass();
    await asked[2];
    expect(came).toEqual([1, 2, 3]);
    turns.pass();
    await asked[3];
    expect(came).toEqual([1, 2, 3, 4]);
  });

  it("are not taken by a caller that comes between a turn that is passed on and the one who waits for it", async () => {
    const turns = new Turns(1);
    await turns.take();
    const came: string[] = [];
    const waiting = turns.take().then(() => came.push("waiting"));
    turns.pass();
    const late = turns.take().then(() => came.push("late"));
    await waiting;
    expect(came).toEqual(["waiting"]);
    turns.pass();
    await late;
  });

  it("are free again once all of them are passed on", async () => {
    const turns = new Turns(1);
    for (let round = 0; round < 3; round += 1) {
      await expect(turns.take()).resolves.toBe(true);
      turns.pass();
    }
  });

  it("do not come to one that has waited for as long as it would, and are free for the next", async () => {
    const turns = new Turns(1);
    await turns.take();
    await expect(turns.take({ timeoutMs: 1 })).resolves.toBe(false);
    turns.pass();
    await expect(turns.take({ timeoutMs: 1 })).resolves.toBe(true);
  });

  it("do not come to one that has left, and its leaving is not listened for once its turn came", async () => {
    const turns = new Turns(1);
    await turns.take();
    const listeners = new Set<() => void>();
    const whenGone = (gone: () => void) => {
      listeners.add(gone);
      return () => void listeners.delete(gone);
    };
    const leaving = turns.take({ whenGone });
    for (const gone of listeners) gone();
    await expect(leaving).resolves.toBe(false);
    const staying = turns.take({ whenGone });
    turns.pass();
    await expect(staying).resolves.toBe(true);
    expect(listeners.size).toBe(0);
  });
});
