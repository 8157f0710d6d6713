import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { z } from "zod";
import type { Child } from "../../src/bridge/child/child.ts";
import { describe, expect, it, vi } from "vitest";
import { spawnChild } from "../../src/bridge/child/spawn-child.ts";
import { captureLog } from "../support/captured-log.ts";
import { testPython } from "../support/python.ts";
import { isAlive, spawnTestChild } from "./spawn.ts";

/** The id and the group of a new process that the child started. */
async function startGrandchild(child: Child, method = "grandchild"): Promise<[number, number]> {
  return z.tuple([z.int(), z.int()]).parse(await child.connection.request(method, null));
}

describe("a child", () => {
  it("whose executable is missing is refused with its name", async () => {
    const spawning = spawnChild({ command: "/nowhere/python", args: [], env: {}, log: captureLog() });
    await expect(spawning).rejects.toMatchObject({
      code: "SPAWN",
      message: expect.stringContaining("/nowhere/python"),
    });
  });

  it("says who it is", async () => {
    const child = await spawnTestChild();
    expect(await child.hello).toMatchObject({ protocol: [1, 1], pid: child.pid });
  });

  it.each([
    ["a stranger", /hello is malformed/],
    ["newer", /speaks protocol 2 to 3, this service 1/],
  ])("A child that is %s is refused", async (mode, message) => {
    const child = await spawnTestChild([mode.split(" ").at(-1) ?? ""]);
    await expect(child.hello).rejects.toThrow(message);
  });

  it("gets the environment it is given, a mark, and no more", async () => {
    const child = await spawnChild({
      command: testPython(),
      args: ["-c", "import os, sys; os.environ.pop('MEDIA_BRIDGE_CHILD'); print(dict(os.environ), file=sys.stderr)"],
      env: { ONLY: "this" },
      log: captureLog(),
    });
    await child.exited;
    expect(await child.lastWords()).toMatch(/^\{'ONLY': 'this'(, 'LC_CTYPE': '[^']+')?\}$/);
  });

  it("takes what it started with it when it dies, also what left its group", async () => {
    const child = await spawnTestChild();
    const [pid, group] = await startGrandchild(child);
    expect(group).toBe(child.pid);
    const [away, ownGroup] = await startGrandchild(child, "grandchild of its own session");
    expect(ownGroup).toBe(away);
    child.connection.request("exit", 1).catch(() => undefined);
    await child.exited;
    await vi.waitFor(() => expect([pid, away].filter(isAlive)).toEqual([]), { timeout: 10_000 });
  });

  it("is known to be gone at once although a grandchild holds its pipes", async () => {
    const child = await spawnTestChild();
    const [orphan] = await startGrandchild(child, "grandchild without the mark");
    const calls = ["hang", "exit"].map((method) => child.connection.request(method, 3));
    expect((await Promise.allSettled(calls)).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(await child.exited).toEqual({ code: 3, signal: null });
    expect(isAlive(orphan)).toBe(true);
    process.kill(orphan, "SIGKILL");
  });

  it("ends with the host, also where the host just exits", async () => {
    const host = new URL("children/host.mjs", import.meta.url).pathname;
    const { stdout } = await promisify(execFile)(process.execPath, [host, testPython()]);
    expect(Number(stdout)).toBeGreaterThan(0);
    await vi.waitFor(() => expect(isAlive(Number(stdout))).toBe(false), { timeout: 10_000 });
  });
});

describe("stopping", () => {
  it("asks the child to end by itself", async () => {
    const child = await spawnTestChild();
    const stops = [child.stop({ graceMs: 1_000 }), child.stop({ graceMs: 1_000 })];
    expect(await Promise.all(stops)).toEqual([
      { code: 0, signal: null },
      { code: 0, signal: null },
    ]);
  });

  it("ends the input of a child that does not agree", async () => {
    const child = await spawnTestChild(["deaf"]);
    expect(await child.stop({ graceMs: 1, stepMs: 300 })).toEqual({ code: 0, signal: null });
  });

  it("ends a child that ignores everything, with what it started", async () => {
    const child = await spawnTestChild(["deaf", "hold"]);
    const [grandchild] = await startGrandchild(child);
    expect(await child.stop({ graceMs: 1, stepMs: 50 })).toEqual({ code: null, signal: "SIGKILL" });
    await vi.waitFor(() => expect(isAlive(grandchild)).toBe(false));
  });

  it("of a child that is blocked does not wait for it", async () => {
    const child = await spawnTestChild();
    const blocked = child.connection.request("block", null);
    blocked.catch(() => undefined);
    expect(await child.stop({ graceMs: 1, stepMs: 50 })).toEqual({ code: null, signal: "SIGTERM" });
    await expect(blocked).rejects.toMatchObject({ code: "CHILD_DOWN" });
  });

  it("of a child that is gone does nothing", async () => {
    const child = await spawnTestChild();
    child.kill();
    const exit = await child.exited;
    expect(await child.stop({ graceMs: 1_000 })).toEqual(exit);
  });
});
