import { describe, expect, it, vi } from "vitest";
import { RunningTasks } from "../../../src/util/concurrency/running-tasks.ts";
import { within } from "../../../src/util/concurrency/with-timeout.ts";

/** Longer than any test runs. */
const LONG_MS = 600_000;
const never = new Promise<never>(() => undefined);

describe("a wait of bounded length", () => {
  it("resolves to what the promise resolves to, and leaves no timer behind", async () => {
    vi.useFakeTimers();
    try {
      await expect(within(Promise.resolve("done"), LONG_MS)).resolves.toBe("done");
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it("rejects with what the promise rejects with, and leaves no timer behind", async () => {
    vi.useFakeTimers();
    try {
      await expect(within(Promise.reject(new Error("failed")), LONG_MS)).rejects.toThrow("failed");
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it("resolves to undefined where the promise takes longer", async () => {
    await expect(within(never, 1)).resolves.toBeUndefined();
  });
});

describe("running tasks", () => {
  it("have settled once all of them have, also where one failed", async () => {
    const tasks = new RunningTasks();
    void tasks.track(Promise.resolve());
    tasks.track(Promise.reject(new Error("failed"))).catch(() => undefined);
    await tasks.settled(LONG_MS);
    expect(tasks.size).toBe(0);
  });

  it("are waited for no longer than the grace", async () => {
    const tasks = new RunningTasks();
    void tasks.track(never);
    await tasks.settled(1);
    expect(tasks.size).toBe(1);
  });
});
