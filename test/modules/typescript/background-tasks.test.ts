import { once } from "node:events";
import { expect, test } from "vitest";
import { BackgroundTasks } from "../../../src/modules/typescript/background-tasks.ts";
import { SYSTEM_CLOCK } from "../../../src/util/clock.ts";
import { captureLog } from "../../support/captured-log.ts";

function createTasks(options: { runBackgroundTasks?: boolean; dryRun?: boolean } = {}) {
  const log = captureLog();
  return {
    tasks: new BackgroundTasks({ log, clock: SYSTEM_CLOCK, runBackgroundTasks: true, dryRun: false, ...options }),
    log,
  };
}

test("a loop runs again and again, also after a failure, and ends when it is told to", async () => {
  const { tasks, log } = createTasks();
  const times = await new Promise<number>((resolve) => {
    let runs = 0;
    const end = tasks.loopingBackgroundCall(
      () => {
        runs += 1;
        if (runs === 2) throw new Error("out of order");
        if (runs === 4) end();
        if (runs === 4) resolve(runs);
      },
      5,
      { desc: "purge" },
    );
  });
  expect(times).toBe(4);
  expect(log.lines.filter(({ facts }) => facts["task"] === "purge")).toHaveLength(1);
  await tasks.stop(1000);
});

test("a loop never runs twice at a time", async () => {
  const { tasks } = createTasks();
  let atOnce = 0;
  let most = 0;
  await new Promise<void>((resolve) => {
    let runs = 0;
    tasks.loopingBackgroundCall(async () => {
      most = Math.max(most, ++atOnce);
      // Longer than the interval.
      await new Promise((go) => setTimeout(go, 12));
      atOnce -= 1;
      if (++runs === 3) resolve();
    }, 3);
  });
  await tasks.stop(1000);
  expect(most).toBe(1);
});

test("An instance that runs no background tasks runs only the loops for all instances", async () => {
  const { tasks } = createTasks({ runBackgroundTasks: false });
  expect(tasks.shouldRunBackgroundTasks()).toBe(false);
  const ran: string[] = [];
  tasks.loopingBackgroundCall(() => ran.push("once in a deployment"), 1);
  await new Promise<void>((resolve) => {
    tasks.loopingBackgroundCall(
      () => {
        ran.push("everywhere");
        resolve();
      },
      5,
      { runOnAllInstances: true },
    );
  });
  await tasks.stop(1000);
  expect(ran).not.toContain("once in a deployment");
});

test("nothing starts while held back, nor after the end", async () => {
  const { tasks: held } = createTasks({ dryRun: true });
  const { tasks: ended } = createTasks();
  await ended.stop(1000);
  const ran: string[] = [];
  for (const [name, tasks] of [["held", held], ["ended", ended]] as const) {
    tasks.runAsBackgroundProcess("now", () => ran.push(name));
    tasks.delayedBackgroundCall(0, () => ran.push(name));
    tasks.loopingBackgroundCall(() => ran.push(name), 1);
  } // prettier-ignore
  // Timers fire in the order of their times: what would have run has run before this one.
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(ran).toEqual([]);
});

test("the end aborts what runs, calls shutdown callbacks from the last to the first, and waits for all", async () => {
  const { tasks, log } = createTasks();
  const order: string[] = [];
  tasks.runAsBackgroundProcess("listen", async (signal) => {
    await once(signal, "abort");
    await new Promise((resolve) => setImmediate(resolve));
    order.push("task");
  });
  tasks.onShutdown(() => void order.push("first"));
  tasks.onShutdown(() => {
    order.push("second");
    throw new Error("out of order");
  });
  await tasks.stop(1000);
  expect(order.filter((name) => name !== "task")).toEqual(["second", "first"]);
  expect(order).toContain("task");
  expect(log.lines.map(({ facts }) => facts["task"])).toEqual(["shutdown"]);
});

test("work that does not end is left behind when the grace is over, by name of the module", async () => {
  const { tasks, log } = createTasks();
  tasks.runAsBackgroundProcess("forever", () => new Promise(() => undefined));
  await tasks.stop(10);
  expect(log.lines.map(({ message }) => message)).toEqual(["the module's background work did not end in time"]);
});

test.each([0, -1, Number.NaN, 2 ** 31, Number.POSITIVE_INFINITY])("an interval of %d ms is refused", (intervalMs) => {
  expect(() => createTasks().tasks.loopingBackgroundCall(() => undefined, intervalMs)).toThrow("intervalMs");
});
