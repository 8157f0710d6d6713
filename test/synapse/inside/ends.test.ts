import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test, vi } from "vitest";
import { INSIDE_MODULES, InsideSynapse, typescript, CALLBACKS } from "../support/inside-synapse.ts";
import type { Account } from "../support/synapse.ts";

/** Every second one while Node starts. */
const KILLS = 8;

let synapse: InsideSynapse | undefined;

afterEach(async () => {
  await synapse?.stop();
  synapse = undefined;
});

async function start(more: object = {}): Promise<InsideSynapse> {
  return (synapse = await InsideSynapse.start((calls) => [
    typescript([{ typescript: `${INSIDE_MODULES}/rules.ts`, config: { calls } }], { command: CALLBACKS, ...more }),
    { module: "recorder.Recorder", config: { calls, name: "last" } },
  ]));
}

/** The one process that Synapse has started, as soon as there is one. */
async function node({ children }: { children: () => number[] }): Promise<number> {
  return vi.waitFor(
    () => {
      const [pid, ...others] = children();
      if (pid === undefined || others.length > 0) throw new Error("Node is not there");
      return pid;
    },
    { timeout: 60_000 },
  );
}

describe("Where Node is killed", () => {
  test("every upload is answered by the module or by 503, and Node is there again", { timeout: 180_000 }, async () => {
    const inside = await start();
    const alice = await inside.register("alice");
    let isOver = false;
    const answers = [1, 2, 3, 4].map(() => uploadUntil(inside, alice, () => isOver));
    for (let kills = 0; kills < KILLS; kills += 1) {
      if (kills % 2 === 0) await answering(inside, alice);
      const pid = await node({ children: () => inside.children() });
      process.kill(pid, "SIGKILL");
      await vi.waitFor(() => expect(inside.children()).not.toContain(pid), { timeout: 30_000 });
    }
    isOver = true;
    const all = (await Promise.all(answers)).flat();
    const wrong = all.filter(({ size, status }) => status !== 503 && status !== (size === 7 ? 413 : 200));
    expect(wrong).toEqual([]);
    await answering(inside, alice);
    expect(inside.children()).toHaveLength(1);
  });

  test("an upload is answered 503 with the time after which to try again, and other requests are not disturbed", async () => {
    const inside = await start({ command: CALLBACKS });
    const alice = await inside.register("alice");
    const waiting = inside.upload(alice, "123456");
    await vi.waitFor(() => expect(inside.takeCalls().map(([, callback]) => callback)).toContain("allowed"));
    process.kill(await node({ children: () => inside.children() }), "SIGKILL");
    const { status, json, headers } = await waiting;
    expect({ status, json }).toEqual({
      status: 503,
      json: {
        errcode: "M_UNKNOWN",
        error: "A module that decides about this request cannot be asked, try again later",
      },
    });
    expect(headers.get("Retry-After")).toBe("5");
    expect((await inside.config(alice)).status).toBe(503);
    expect((await inside.ask("GET", "/_matrix/client/v3/account/whoami", alice)).status).toBe(200);
  });

  test("the media configuration passes on to the next module where the entry says so, and no upload does", async () => {
    const inside = await start({ on_unavailable: "skip" });
    const alice = await inside.register("alice");
    process.kill(await node({ children: () => inside.children() }), "SIGSTOP");
    const [config, upload] = [inside.config(alice), inside.upload(alice, "hello, all")];
    process.kill(await node({ children: () => inside.children() }), "SIGKILL");
    expect((await config).json).toEqual({ "m.upload.size": 1 });
    expect((await upload).status).toBe(503);
  });
});

test("A callback past its deadline is answered 503", async () => {
  const inside = await start({ deadline_ms: 200 });
  expect((await inside.upload(await inside.register("alice"), "123456")).status).toBe(503);
});

describe("Where Synapse is killed", () => {
  test("Node ends by itself", async () => {
    const inside = await start();
    const pid = await node({ children: () => inside.children() });
    process.kill(inside.pid, "SIGKILL");
    await vi.waitFor(() => expect(isThere(pid)).toBe(false), { timeout: 20_000 });
  });

  test("a Node whose module never yields ends too", async () => {
    const inside = (synapse = await InsideSynapse.start(() => [
      typescript([{ typescript: `${INSIDE_MODULES}/blocking.ts` }]),
    ]));
    const pid = await node({ children: () => inside.children() });
    const blocked = inside.upload(await inside.register("alice"), "x").catch(() => undefined);
    await vi.waitFor(() => expect(isRunning(pid)).toBe(true), { timeout: 20_000 });
    process.kill(inside.pid, "SIGKILL");
    await blocked;
    await vi.waitFor(() => expect(isThere(pid)).toBe(false), { timeout: 40_000 });
  });
});

test("An orderly end of Synapse ends Node", async () => {
  const inside = await start();
  const pid = await node({ children: () => inside.children() });
  await inside.stop();
  synapse = undefined;
  expect(isThere(pid)).toBe(false);
});

/** Waits until uploads are decided. */
async function answering(inside: InsideSynapse, alice: Account): Promise<void> {
  await vi.waitFor(async () => expect((await inside.upload(alice, "1234567")).status).toBe(413), { timeout: 60_000 });
}

async function uploadUntil(inside: InsideSynapse, alice: Account, isOver: () => boolean) {
  const answers: { size: number; status: number }[] = [];
  for (let turn = 0; !isOver(); turn += 1) {
    const size = turn % 2 === 0 ? 7 : 10;
    answers.push({ size, status: (await inside.upload(alice, "x".repeat(size))).status });
  }
  return answers;
}

function isThere(pid: number): boolean {
  try {
    // One that has ended and is not reaped yet is a zombie.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

/** Whether the main thread computes. */
function isRunning(pid: number): boolean {
  return /^State:\s+R/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
}
