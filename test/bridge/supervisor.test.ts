import { afterEach, describe, expect, it } from "vitest";
import type { Child } from "../../src/bridge/child/child.ts";
import { RemoteError } from "../../src/bridge/errors.ts";
import { Supervisor, type SupervisorOptions, type SupervisorState } from "../../src/bridge/child/supervisor.ts";
import { captureLog, type CapturedLog } from "../support/captured-log.ts";
import { isAlive, spawnTestChild } from "./spawn.ts";

const QUICK = { initialMs: 5, maxMs: 20, probeMs: 20 };
const running: Supervisor[] = [];

afterEach(async () => {
  for (const supervisor of running.splice(0)) await supervisor.stop({ graceMs: 0, stepMs: 50 });
});

interface Supervised {
  readonly supervisor: Supervisor;
  readonly children: Child[];
  readonly log: CapturedLog;
  readonly texts: string[];
  /** Modes of the children to come. */
  modes: string[];
  /** Resolves when the state is next entered. */
  reach: (state: SupervisorState) => Promise<void>;
}

function supervise(options: Partial<SupervisorOptions> = {}): Supervised {
  const log = captureLog();
  const listeners = new Set<(state: SupervisorState) => void>();
  const children: Child[] = [];
  const texts: string[] = [];
  const supervised: Supervised = {
    supervisor: new Supervisor({
      spawn: async () => {
        const child = await spawnTestChild(supervised.modes, { log, onText: (text) => texts.push(text) });
        children.push(child);
        return child;
      },
      handshake: async (connection, epoch) => {
        await connection.request("initialize", { epoch });
      },
      log,
      restart: QUICK,
      onState: (state) => listeners.forEach((listener) => listener(state)),
      ...options,
    }),
    children,
    log,
    texts,
    modes: [],
    reach: (wanted) =>
      new Promise((resolve) => {
        const listener = (state: SupervisorState) => {
          if (state !== wanted) return;
          listeners.delete(listener);
          resolve();
        };
        listeners.add(listener);
      }),
  };
  running.push(supervised.supervisor);
  return supervised;
}

describe("starting", () => {
  it("ends up with a connection", async () => {
    const { supervisor } = supervise();
    expect([supervisor.state, supervisor.connection]).toEqual(["starting", undefined]);
    await supervisor.start();
    expect([supervisor.state, supervisor.epoch]).toEqual(["up", 1]);
    expect(await supervisor.connection?.request("echo", 1)).toBe(1);
  });

  it("fails with the last words of a child that does not come up", async () => {
    const supervised = supervise();
    supervised.modes = ["crash"];
    const starting = supervised.supervisor.start();
    await expect(starting).rejects.toMatchObject({
      code: "START",
      message: expect.stringMatching(/last words:\n.*RuntimeError: cannot come up$/s),
    });
    expect(supervised.supervisor.state).toBe("stopped");
  });

  it("fails where the child says no hello in time, and leaves no process", async () => {
    const supervised = supervise({ helloTimeoutMs: 100 });
    supervised.modes = ["silent"];
    await expect(supervised.supervisor.start()).rejects.toMatchObject({
      code: "START",
      message: expect.stringContaining("no hello within 100 ms"),
    });
    expect(isAlive(supervised.children[0]?.pid ?? 0)).toBe(false);
  });

  it("fails with the error that the child answered the handshake with", async () => {
    const wire = { kind: "module", type: "ImportError", message: "no", module: 0, phase: "import" };
    const { supervisor, children } = supervise({
      handshake: async (connection) => void (await connection.request("fail", wire)),
    });
    await expect(supervisor.start()).rejects.toBeInstanceOf(RemoteError);
    expect(await children[0]?.exited).toEqual({ code: 0, signal: null });
  });

  it("may be stopped in the middle", async () => {
    const { supervisor, children } = supervise({
      handshake: async (connection) => void (await connection.request("hang", null)),
    });
    const starting = supervisor.start();
    starting.catch(() => undefined);
    await supervisor.stop({ graceMs: 0, stepMs: 50 });
    await expect(starting).rejects.toMatchObject({ code: "START" });
    expect(children.every((child) => child.hasExited)).toBe(true);
  });
});

describe("a crash", () => {
  it("rejects the calls in flight, and a new child of a new epoch follows", async () => {
    const downs: string[] = [];
    const { supervisor, children, reach } = supervise({ onDown: (reason) => downs.push(reason.code) });
    await supervisor.start();
    const back = reach("up");
    const hanging = supervisor.connection?.request("hang", null);
    supervisor.connection?.request("exit", 1).catch(() => undefined);
    await expect(hanging).rejects.toMatchObject({ code: "CHILD_DOWN" });
    expect(supervisor.connection).toBeUndefined();
    await back;
    expect([supervisor.epoch, children.length, downs]).toEqual([2, 2, ["CHILD_DOWN"]]);
    expect(await supervisor.connection?.request("echo", "new")).toBe("new");
  });

  it("too often opens the breaker, and the child comes back once it can", async () => {
    const supervised = supervise();
    const { supervisor, reach } = supervised;
    await supervisor.start();
    supervised.modes = ["crash"];
    const broken = reach("broken");
    supervised.children[0]?.kill();
    await broken;
    expect([supervisor.epoch, supervisor.connection]).toEqual([5, undefined]);
    const back = reach("up");
    supervised.modes = [];
    await back;
    expect(await supervisor.connection?.request("echo", "back")).toBe("back");
  });

  it("after the stop is not followed by a new child", async () => {
    const { supervisor, children } = supervise();
    await supervisor.start();
    await supervisor.stop({ graceMs: 1_000 });
    expect(supervisor.state).toBe("stopped");
    expect(await children[0]?.exited).toEqual({ code: 0, signal: null });
    expect(children).toHaveLength(1);
  });
});

describe("a child that breaks the protocol", () => {
  it.each(["flood", "trickle", "raw"])("(%s) loses its calls at once and is followed by a new one", async (method) => {
    const { supervisor, children, reach } = supervise();
    await supervisor.start();
    const back = reach("up");
    const calls = ["hang", method].map((name) => supervisor.connection?.request(name, "00000001c1"));
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: "PROTOCOL" });
    expect(supervisor.connection).toBeUndefined();
    await back;
    expect(await children[0]?.exited).toEqual({ code: null, signal: "SIGKILL" });
    expect(await supervisor.connection?.request("echo", "new")).toBe("new");
  });

  it("by answers that no call waits for has them counted, also those of an earlier child", async () => {
    const { supervisor, reach } = supervise();
    await supervisor.start();
    for (const wanted of [2, 4]) {
      await supervisor.connection?.request("twice", null);
      await supervisor.connection?.request("echo", null);
      expect(supervisor.ignored).toBe(wanted);
      const back = reach("up");
      supervisor.connection?.request("exit", 1).catch(() => undefined);
      await back;
      expect(supervisor.ignored).toBe(wanted);
    }
  });
});

describe("a blocked child", () => {
  it("is named with its stacks, and killed past the longest deadline in flight", async () => {
    const ping = { intervalMs: 20, timeoutMs: 30, blockedAfterMs: 3_600_000 };
    const { supervisor, log, texts, reach } = supervise({ ping });
    await supervisor.start();
    const back = reach("up");
    const blocked = supervisor.connection?.request("block", null, { deadlineMs: 400 });
    await expect(blocked).rejects.toMatchObject({ code: expect.stringMatching("TIMEOUT|CHILD_DOWN") });
    await back;
    expect(log.lines.filter(({ message }) => message.includes("child is blocked"))).toMatchObject([
      { level: "warn", facts: { killedInMs: 400 } },
    ]);
    expect(log.text()).toContain("blocked for too long");
    expect(texts.join("\n")).toMatch(/most recent call first.*in answer/s);
  });

  it("without a deadline in flight is killed after a time of its own", async () => {
    const { supervisor, log, reach } = supervise({ ping: { intervalMs: 20, timeoutMs: 30, blockedAfterMs: 200 } });
    await supervisor.start();
    const back = reach("up");
    await expect(supervisor.connection?.request("block", null)).rejects.toMatchObject({ code: "CHILD_DOWN" });
    await back;
    expect(log.text()).toContain("blocked for too long");
  });

  it("is killed also where so much waits for it that a ping finds no room", async () => {
    const { supervisor, log, reach } = supervise({ ping: { intervalMs: 300, timeoutMs: 30, blockedAfterMs: 200 } });
    await supervisor.start();
    const back = reach("up");
    // Two of these fill the queue but for a few bytes.
    const large = "x".repeat(16 * 1024 * 1024 - 18);
    const methods = ["block", ...Array.from({ length: 8 }, () => "echo")];
    const calls = methods.map(async (method) => supervisor.connection?.request(method, large));
    const outcomes = await Promise.allSettled(calls);
    const reasons = outcomes.map((outcome) => (outcome.status === "rejected" ? outcome.reason : undefined) as unknown);
    expect(reasons).toContainEqual(expect.objectContaining({ code: "OVERLOADED" }));
    expect(reasons).toContainEqual(expect.objectContaining({ code: "CHILD_DOWN" }));
    expect(reasons).not.toContain(undefined);
    await back;
    expect(log.text()).toContain("blocked for too long");
  });

  it("in the middle of a frame is killed, and that is told", async () => {
    const { supervisor, log } = supervise({ ping: { intervalMs: 20, timeoutMs: 30, blockedAfterMs: 200 } });
    await supervisor.start();
    await expect(supervisor.connection?.request("begin a frame", null)).rejects.toMatchObject({ code: "CHILD_DOWN" });
    await log.waitFor(({ facts }) => facts["isInsideFrame"] === true);
  });

  // The second is longer than a timer of Node's can wait.
  it.each([20_000, 10 ** 10])("that answers again within a deadline of %i ms lives on", async (deadlineMs) => {
    const { supervisor, children, log, texts } = supervise({ ping: { intervalMs: 20, timeoutMs: 30 } });
    await supervisor.start();
    const call = supervisor.connection?.request("block until SIGUSR2", null, { deadlineMs });
    await log.waitFor(({ message }) => message.includes("child is blocked"));
    // By the time that its stacks are there, a timer that fires at once would have.
    await expect.poll(() => texts.join("\n"), { interval: 5 }).toContain("most recent call first");
    children[0]?.signal("SIGUSR2");
    expect(await call).toBeNull();
    await log.waitFor(({ message }) => message.includes("answers again"));
    expect(supervisor.epoch).toBe(1);
  });
});
