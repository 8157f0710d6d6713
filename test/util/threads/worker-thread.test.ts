import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { WorkerThread } from "../../../src/util/threads/worker-thread.ts";

describe("a worker thread", () => {
  let folder: string;
  let thread: WorkerThread<unknown, number>;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "media-bridge-thread-"));
    thread = new WorkerThread({
      module: new URL("../../fixtures/threads/arithmetic-thread", import.meta.url),
      workerData: { path: join(folder, "closed") },
    });
  });

  afterEach(async () => {
    await thread.close();
    rmSync(folder, { recursive: true });
  });

  test("answers requests in their order", async () => {
    expect(await Promise.all([thread.ask([6, 2]), thread.ask([6, 3])])).toEqual([3, 2]);
  });

  test("rejects with the message and the code of what its handler throws, and answers the next request", async () => {
    await expect(thread.ask([1, 0])).rejects.toMatchObject({
      name: "ThreadError",
      message: "cannot divide by zero",
      code: "DIVIDE",
    });
    expect(await thread.ask([8, 2])).toBe(4);
  });

  test("rejects what waits when the thread ends, and starts anew with the next request", async () => {
    const lost = [thread.ask([Number.NaN, 1]), thread.ask([1, 1])];
    for (const answer of lost) await expect(answer).rejects.toMatchObject({ name: "ThreadLostError" });
    expect(await thread.ask([8, 2])).toBe(4);
  });

  test("rejects a request that cannot be sent to a thread, and answers the next one", async () => {
    await expect(thread.ask([() => 1, 1])).rejects.toThrow(/could not be cloned/);
    expect(await thread.ask([8, 2])).toBe(4);
  });

  test("ends when it has had nothing to do for the idle time, and starts anew with the next request", async () => {
    const closed = join(folder, "closed");
    const sparing = new WorkerThread<unknown, number>({
      module: new URL("../../fixtures/threads/arithmetic-thread", import.meta.url),
      workerData: { path: closed },
      idleMs: 1,
    });
    for (const turn of [1, 2, 3]) {
      expect(await sparing.ask([8, 2])).toBe(4);
      await expect.poll(() => existsSync(closed) && readFileSync(closed, "utf8")).toBe("closed\n".repeat(turn));
    }
    await sparing.close();
  });

  test("ends after its idle time also where the last request could not be sent to it", async () => {
    const closed = join(folder, "closed");
    const sparing = new WorkerThread<unknown, number>({
      module: new URL("../../fixtures/threads/arithmetic-thread", import.meta.url),
      workerData: { path: closed },
      idleMs: 1,
    });
    for (const turn of [1, 2]) {
      const answers = turn === 1 ? [] : [sparing.ask([8, 2])];
      await Promise.all(answers);
      await expect(sparing.ask([() => 1, 1])).rejects.toThrow(/could not be cloned/);
      await expect.poll(() => existsSync(closed) && readFileSync(closed, "utf8")).toBe("closed\n".repeat(turn));
    }
    await sparing.close();
  });

  test("answers every request, also those that come while it ends because it had nothing to do", async () => {
    const sparing = new WorkerThread<unknown, number>({
      module: new URL("../../fixtures/threads/arithmetic-thread", import.meta.url),
      workerData: { path: join(folder, "closed") },
      idleMs: 0,
    });
    for (let turn = 1; turn <= 20; turn += 1) {
      expect(await sparing.ask([turn, 1])).toBe(turn);
      await setImmediate();
    }
    const last = sparing.ask([6, 2]);
    await sparing.close();
    expect(await last).toBe(3);
  });

  test("is closed after the requests before it", async () => {
    const answer = thread.ask([9, 3]);
    await thread.close();
    expect(await answer).toBe(3);
    expect(readFileSync(join(folder, "closed"), "utf8")).toBe("closed\n");
  });
});
