import { describe, expect, it, vi } from "vitest";
import { BridgeError, RemoteError } from "../../src/bridge/errors.ts";
import { captureLog } from "../support/captured-log.ts";
import { isAlive, spawnTestChild } from "./spawn.ts";

const DOWN: unknown = expect.objectContaining({ name: "BridgeError", code: "CHILD_DOWN" });

describe("a call", () => {
  it("carries values to Python and back", async () => {
    const { connection } = await spawnTestChild();
    const value = { text: "ü𝄞", list: [1, 2 ** 40, -1.5, null, true], large: 2n ** 64n - 1n };
    expect(await connection.request("echo", value)).toEqual(value);
    expect(await connection.request("describe", [2 ** 32, 2 ** 53 - 1, 0.5, 7n])).toBe(
      "[4294967296, 9007199254740991, 0.5, 7]",
    );
  });

  it("is one of thousands that find their answers", async () => {
    const { connection } = await spawnTestChild();
    const numbers = Array.from({ length: 5_000 }, (_, index) => index);
    const hanging = connection.request("hang", null);
    hanging.catch(() => undefined);
    expect(await Promise.all(numbers.map((number) => connection.request("echo", number)))).toEqual(numbers);
    expect(connection.inFlight).toBe(1);
    expect(connection.sent).toBe(5_001);
    connection.close(new BridgeError("CHILD_DOWN", "test"));
    await expect(hanging).rejects.toEqual(DOWN);
  });

  it("rejects with what the child says went wrong", async () => {
    const { connection } = await spawnTestChild();
    const wire = {
      kind: "module",
      type: "ValueError",
      message: "no",
      traceback: "T",
      module: 2,
      phase: "import",
      headers: { A: "b" },
    };
    const error: unknown = await connection.request("fail", wire).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(RemoteError);
    expect(error).toMatchObject({
      code: "REMOTE",
      kind: "module",
      type: "ValueError",
      message: "no",
      remoteTraceback: "T",
      module: 2,
      phase: "import",
      headers: { A: "b" },
    });
    await expect(connection.request("fail", "nonsense")).rejects.toMatchObject({ code: "REMOTE", kind: "protocol" });
  });

  it("past its deadline settles by itself, is cancelled, and does not disturb others", async () => {
    const { connection } = await spawnTestChild();
    const late = connection.request("cancelled", null, { deadlineMs: 20 });
    expect(connection.longestDeadlineMs).toBe(20);
    await expect(late).rejects.toMatchObject({ code: "TIMEOUT" });
    expect(await connection.request("notifications", null)).toEqual([["cancel", { id: 1 }]]);
    expect(connection.longestDeadlineMs).toBe(0);
  });

  it("that its caller gives up is cancelled", async () => {
    const { connection } = await spawnTestChild();
    const controller = new AbortController();
    const call = connection.request("hang", null, { signal: controller.signal });
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: "CANCELLED" });
    expect(await connection.request("notifications", null)).toEqual([["cancel", { id: 1 }]]);
    await expect(connection.request("echo", 1, { signal: controller.signal })).rejects.toMatchObject({
      code: "CANCELLED",
    });
  });

  it("that cannot be said on the wire is refused before it is sent", async () => {
    const { connection } = await spawnTestChild();
    await expect(connection.request("echo", "\ud800")).rejects.toMatchObject({ code: "ENCODE" });
    expect(connection.inFlight).toBe(0);
    expect(connection.sent).toBe(0);
  });

  it("ignores and counts answers that no call waits for", async () => {
    const { connection } = await spawnTestChild();
    expect(await connection.request("twice", "second")).toBe("first");
    expect(await connection.request("echo", "next")).toBe("next");
    expect(connection.ignored).toBe(2);
  });

  it("waits while the child does not read, and is refused past the bound of the queue", async () => {
    const child = await spawnTestChild();
    await child.hello;
    const blocked = child.connection.request("block until SIGUSR2", null);
    const big = "x".repeat(15 * 1024 * 1024);
    const waiting = [1, 2].map(() => child.connection.request("echo", big));
    await vi.waitFor(() => expect(child.connection.sent).toBe(3));
    const more = [1, 2, 3].map(() => child.connection.request("echo", big));
    await expect(more[2]).rejects.toMatchObject({ code: "OVERLOADED" });
    child.signal("SIGUSR2");
    expect(await blocked).toBeNull();
    expect(await Promise.all([...waiting, ...more.slice(0, 2)])).toEqual([big, big, big, big]);
  });
});

describe("the child", () => {
  it("may call the host, from a fixed table", async () => {
    const log = captureLog();
    const requests = {
      double: (params: unknown) => Number(params) * 2,
      refuse: () => Promise.reject(new TypeError("not today")),
    };
    const { connection } = await spawnTestChild([], { requests, log });
    expect(await connection.request("call host", ["double", 21])).toEqual([1, 1, null, 42]);
    expect(await connection.request("call host", ["refuse", null])).toMatchObject([
      1,
      2,
      { kind: "host", type: "TypeError", message: "not today" },
      null,
    ]);
    for (const method of ["toString", "constructor", "nothing"]) {
      expect(await connection.request("call host", [method, null])).toMatchObject([
        1,
        expect.any(Number),
        { kind: "protocol" },
        null,
      ]);
    }
  });

  it("that dies during calls rejects all of them at once, and every later one", async () => {
    const child = await spawnTestChild();
    await child.hello;
    const calls = Array.from({ length: 100 }, () => child.connection.request("hang", null));
    const dying = child.connection.request("exit", 3);
    const settled = await Promise.allSettled([...calls, dying]);
    const reasons = new Set(settled.map((outcome) => (outcome.status === "rejected" ? outcome.reason : undefined)));
    expect([...reasons]).toEqual([DOWN]);
    expect(await child.exited).toEqual({ code: 3, signal: null });
    await expect(child.connection.request("echo", 1)).rejects.toEqual(DOWN);
    child.connection.notify("cancel", { id: 1 });
  });

  it("that writes garbage is ended, and its first bytes are logged", async () => {
    const log = captureLog();
    const child = await spawnTestChild(["garbage"], { log });
    const call = child.connection.request("echo", 1);
    await expect(call).rejects.toMatchObject({ code: "PROTOCOL" });
    expect(await child.exited).toEqual({ code: null, signal: "SIGKILL" });
    expect(log.lines.map(({ facts }) => facts["head"])).toContain(
      "Hello from a print at import time, which is not a frame\n",
    );
  });

  it.each([
    ["a frame over the cap", "01000001", /16777217 bytes, over the 16777216 allowed/],
    ["a count that is a lie", "00000005ddffffffff", /more values than it has bytes/],
    ["an extension type", "00000006d6ff00000000", /binary data or an extension type/],
    ["a message that is not an array", "0000000180", /not an array/],
    ["a message of an unknown shape", "000000029105", /of an unknown shape/],
    ["an answer without an id", "000000059401c0c0c0", /answer without an id/],
    ["a request whose id is not valid", "000000069400ffa178c0", /does not count up: -1 after 0/],
  ])("A child that sends %s is ended, and the error has the first bytes", async (_what, hex, reason) => {
    const log = captureLog();
    const child = await spawnTestChild([], { log });
    const hanging = child.connection.request("hang", null);
    await expect(child.connection.request("raw", hex)).rejects.toMatchObject({ code: "PROTOCOL" });
    await expect(hanging).rejects.toMatchObject({ code: "PROTOCOL", message: expect.stringMatching(reason) });
    expect(await child.exited).toEqual({ code: null, signal: "SIGKILL" });
    expect(isAlive(child.pid)).toBe(false);
    const [line, ...more] = log.lines.filter(({ level }) => level === "error");
    expect(more).toEqual([]);
    expect(line?.facts).toMatchObject({ err: expect.anything(), head: expect.stringMatching(/./s) });
  });

  it.each(["notifications", "large notifications", "requests", "answers"])(
    "that floods with %s is ended",
    async (what) => {
      const log = captureLog();
      const child = await spawnTestChild([], { log, requests: { hang: () => new Promise(() => undefined) } });
      const flooding = child.connection.request("flood", what);
      await expect(flooding).rejects.toMatchObject({ code: "PROTOCOL", message: expect.stringMatching(/^a flood/) });
      expect(await child.exited).toEqual({ code: null, signal: "SIGKILL" });
      expect(log.lines.filter(({ level }) => level === "error")).toHaveLength(1);
    },
  );

  it("that sends a frame byte by byte is ended", async () => {
    const child = await spawnTestChild();
    const trickling = child.connection.request("trickle", null);
    await expect(trickling).rejects.toMatchObject({ code: "PROTOCOL", message: expect.stringMatching(/^a trickle/) });
    expect(await child.exited).toEqual({ code: null, signal: "SIGKILL" });
  });

  it("is refused what it asks past a number of requests in flight, which is said once", async () => {
    const log = captureLog();
    const { connection } = await spawnTestChild([], { log, requests: { hang: () => new Promise(() => undefined) } });
    for (const [count, id] of [
      [10_001, 10_001],
      [1, 10_002],
    ]) {
      const answer = await connection.request("call host at once", count);
      expect(answer).toMatchObject([1, id, { kind: "unavailable" }, null]);
    }
    expect(log.lines.map(({ message }) => message)).toEqual([
      "the child has too many requests in flight: more are refused",
    ]);
  });

  it("that asks and does not read the answers is ended", async () => {
    const large = "x".repeat(15 * 1024 * 1024);
    const { connection } = await spawnTestChild([], { requests: { large: () => large } });
    await expect(connection.request("call host and do not read", null)).rejects.toMatchObject({
      code: "PROTOCOL",
      message: "the child sends requests and does not read the answers",
    });
  });
});
