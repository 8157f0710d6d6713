import { beforeAll, describe, expect, test, vi } from "vitest";
import { findFreePort } from "../../support/free-port.ts";
import { createHostileFolder, HostileService } from "./hostile-service.ts";

const FAILED = [500, { errcode: "M_UNKNOWN", error: "Internal server error" }];
const UNAVAILABLE = [503, { errcode: "M_UNKNOWN", error: "A module that decides about this request cannot be asked, try again later" }]; // prettier-ignore
const ENDED = [0, []];
const BLAMED = ["hostile.Hostile", "get_media_config_for_user"];

/**
 * What a module does that harms one request at most: the way, what the client gets (nothing said: the next module's
 * answer), what the log says.
 */
const HARMLESS: [what: string, way: string, answer: unknown, log: string[]][] = [
  ["recurses without end", "recurse", FAILED, [...BLAMED, "RecursionError"]],
  ["raises KeyboardInterrupt", "keyboard_interrupt", FAILED, [...BLAMED, "KeyboardInterrupt"]],
  ["raises SystemExit", "system_exit", FAILED, [...BLAMED, "SystemExit: 3"]],
  ["raises GeneratorExit", "generator_exit", FAILED, [...BLAMED, "GeneratorExit"]],
  ["raises what cannot be put into words", "wordless", FAILED, [...BLAMED, "the text of this Wordless cannot be had"]],
  ["raises an exception with an endless name", "endless_name", FAILED, [...BLAMED, "XXXX"]],
  ["returns 100 MB", "huge", FAILED, [...BLAMED, "100000011 bytes of JSON"]],
  ["returns cyclic data", "cyclic", FAILED, [...BLAMED, "Circular reference"]],
  ["returns data that is too deep", "deep", FAILED, [...BLAMED, "RecursionError", "JSON"]],
  ["returns what cannot be printed", "unprintable", FAILED, [...BLAMED, "not Unprintable"]],
  ["prints a lot", "print_much", undefined, ["hostile.Hostile", "much much"]],
  ["writes a lot", "write_much", undefined, ["lines were left out"]],
  ["prints a lot without an end of line", "write_without_end_of_line", undefined, ["hostile.Hostile", "xxxx"]],
  ["runs a program that prints a lot", "spawn_much", undefined, ["many words of another program"]],
  ["forks, the copy exits", "fork_and_exit", undefined, []],
  ["forks, the copy comes back", "fork_and_return", undefined, ["works on after the fork"]],
  ["forks in the background, the copy comes back", "background.fork_and_return", undefined, []],
  ["forks in the background, the copy raises", "background.fork_and_raise", undefined, []],
  ["closes sys.stdout and sys.stderr", "close_output", undefined, ["hostile.Hostile", "printed all the same"]],
  ["replaces sys.stdout and sys.stderr", "replace_output", undefined, ["hostile.Hostile", "logged all the same"]],
  ["installs signal handlers", "take_signals", undefined, []],
  ["cancels all tasks", "cancel_tasks", undefined, []],
  ["replaces asyncio's loop policy and the hooks for exceptions", "replace_policy", undefined, []],
  ["stops the event loop", "stop_loop", undefined, ["stopped the event loop, which continues"]],
  ["removes its temporary folder and its working directory", "remove_folder", undefined, []],
  ["blocks on a socket", "wait_on_socket", undefined, [...BLAMED, "blocks the reactor"]],
  ["raises SystemExit in the background", "background.system_exit", undefined, ["hostile.Hostile", "Background process", "SystemExit: 3"]],
  ["recurses in the background", "background.recurse", undefined, ["hostile.Hostile", "Background process", "RecursionError"]],
]; // prettier-ignore

describe("a module that", () => {
  let hostile: HostileService;
  let pid: unknown;
  beforeAll(async () => {
    hostile = await HostileService.start(["same_error", ...HARMLESS.map(([, way]) => way)]);
    pid = await hostile.pid();
  });

  test.each(HARMLESS)("%s harms one request at most", async (_what, way, answer, log) => {
    const asked = hostile.ask(way);
    // Both are under way at the same time; what Python answers may have to wait for it.
    expect(await Promise.all([hostile.upload(), hostile.download()])).toEqual([200, "kept"]);
    expect(await asked).toEqual(answer ?? [200, { pid }]);
    if (log.length > 0) await hostile.service.logged(...log);
    expect(await hostile.pid()).toBe(pid);
    // No copy of the child is left: there are the service, its child, and the child's orphan reaper.
    await vi.waitFor(() => expect(hostile.folder.processes()).toHaveLength(3), { timeout: 10_000, interval: 20 });
  });

  test("forks sees its work done once, as the copy ends when it comes back to the event loop", () => {
    const ways = HARMLESS.filter(([, way]) => way.endsWith("fork_and_return"));
    expect(hostile.service.log().match(/works on after the fork/g)).toHaveLength(ways.length);
  });

  test("raises the same exception again and again is told of it with the traceback of that time alone", async () => {
    for (let nth = 0; nth < 50; nth += 1) expect(await hostile.ask("same_error")).toEqual(FAILED);
    const lines = hostile.service.log().split("\n").filter((line) => line.includes("always the same object")); // prettier-ignore
    expect(lines.length).toBe(50);
    expect(lines.at(-1)?.split("in same_error").length).toBe(lines[0]?.split("in same_error").length);
  });

  test("did all of that leaves nothing behind when the service stops", async () => {
    expect(await hostile.end()).toEqual(ENDED);
  });
});

/** What a module does that ends the child, up to four of one service: a fifth would open its breaker. */
const FATAL: [title: string, cases: [what: string, way: string, answer: unknown, log: string[]][]][] = [
  ["ends its process", [
    ["exits hard", "exit_hard", UNAVAILABLE, [...BLAMED, "no verdict could be had"]],
    ["exits hard in the background", "background.exit_hard", undefined, ["the child ended with status 7"]],
    ["dies of a signal", "die_of_signal", UNAVAILABLE, ["the child was killed by SIGSEGV"]],
    ["stops the reactor", "stop_reactor", undefined, ["hostile.Hostile", "A module stops the reactor", "in stop_reactor"]],
  ]],
  ["uses up what all share", [
    ["closes descriptors 0 to 9", "close_low", undefined, ["The event loop cannot continue", "Bad file descriptor"]],
    ["closes descriptors 0 to 2", "close_standard", undefined, ["closed what it did not open, file descriptors 1, 2"]],
    ["exhausts file descriptors", "exhaust_descriptors", FAILED, ["No file descriptors are left: of 200", "are /dev/null"]],
    ["exhausts memory", "exhaust_memory", UNAVAILABLE, ["passed python.max_memory"]],
  ]],
  ["never ends what it answers with, or spins", [
    ["returns endless data", "endless", UNAVAILABLE, ["passed python.max_memory"]],
    ["spins", "spin", UNAVAILABLE, [...BLAMED, "blocks the reactor", "holding.py"]],
  ]],
  ["holds the interpreter's lock", [
    ["lets no other thread run", "match_for_ever", UNAVAILABLE, ["holding.py", "in match_for_ever"]],
  ]],
]; // prettier-ignore

test.concurrent.each(FATAL)(
  "a module that %s ends its child, which is started again, and requests without Python are answered meanwhile",
  async (_title, cases) => {
    const ways = cases.map(([, way]) => way);
    const hostile = await HostileService.start(ways, {
      python: { max_memory: "256M" },
      mediaBridge: { callbacks: { get_media_config_for_user: { deadline: 500 } } },
    });
    let pid = await hostile.pid();
    for (const [index, [what, way, answer, log]] of cases.entries()) {
      const asked = hostile.ask(way);
      await hostile.service.logged(...log);
      expect([what, await hostile.download()]).toEqual([what, "kept"]);
      expect([what, await asked]).toEqual([what, answer ?? [200, { pid }]]);
      await hostile.service.logged('"msg":"the child is down"', `"epoch":${index + 1},`);
      expect([what, await hostile.download()]).toEqual([what, "kept"]);
      pid = await hostile.successorOf(pid);
      expect([what, await hostile.upload()]).toEqual([what, 200]);
    }
    expect(await hostile.end()).toEqual(ENDED);
  },
  60_000,
);

test.concurrent("a module that prints a lot, forks, takes signals and the output does no harm as it is imported and constructed", async () => {
  const ways = "print_much fork_and_return take_signals replace_output";
  const options = { config: { construct: ways }, python: { environment: { HOSTILE_AT_IMPORT: ways } } };
  const hostile = await HostileService.start([], options);
  expect([await hostile.upload(), await hostile.download()]).toEqual([200, "kept"]);
  expect(await hostile.end()).toEqual(ENDED);
}, 60_000);

test.concurrent("a module that would not let the child live is refused by its name where it is loaded", async () => {
  const CLOSED = "closed what it did not open, file descriptors 1, 2";
  for (const [options, why] of [
    [{ python: { environment: { HOSTILE_AT_IMPORT: "recurse" } } }, "RecursionError: maximum recursion depth exceeded"],
    [{ python: { environment: { HOSTILE_AT_IMPORT: "close_low" } } }, CLOSED],
    [{ config: { construct: "generator_exit" } }, "GeneratorExit"],
    [{ config: { construct: "close_low" } }, CLOSED],
  ] as const) {
    const { status, stderr } = await createHostileFolder([], options).end(["check"]);
    expect(status).toBe(1);
    expect(stderr).toContain("module 1 (module: hostile.Hostile)");
    expect(stderr).toContain(why);
  }
}, 60_000);

test.concurrent("threads that never end are named when the service stops, and do not hold it up", async () => {
  const hostile = await HostileService.start(["start_threads"]);
  expect((await hostile.ask("start_threads"))[0]).toBe(200);
  expect(await hostile.upload()).toBe(200);
  expect(await hostile.end()).toEqual(ENDED);
  await hostile.service.logged("The end was forced", "waiting-99", "spinning");
}, 60_000);

const COUNTED = 'media_bridge_callbacks_total{callback="is_user_allowed_to_upload_media_of_size",module="hostile.Registering",outcome="continue"}'; // prettier-ignore

test.concurrent("a module that registers 10,000 callbacks, and 1,000 more late, is asked all of them", async () => {
  const modules = [{ module: "hostile.Registering", config: { times: 10_000, late: 1_000 } }];
  const port = await findFreePort();
  const hostile = await HostileService.start([], { modules, mediaBridge: { metrics: { port } } });
  const asked = async () => {
    const before = await readCounter(port, COUNTED);
    expect(await hostile.upload()).toBe(200);
    return (await readCounter(port, COUNTED)) - before;
  };
  await vi.waitFor(async () => expect(await asked()).toBe(11_000), { timeout: 30_000, interval: 100 });
  expect(await hostile.end()).toEqual(ENDED);
}, 60_000);

test.concurrent("a callback that blocks is named once and counted each time on /metrics, and others wait no longer than it takes", async () => {
  const port = await findFreePort();
  const hostile = await HostileService.start(["sleep"], { mediaBridge: { metrics: { port } } });
  const { service } = hostile;
  const counted = `media_bridge_blocked_callbacks_total{callback="get_media_config_for_user",module="hostile.Hostile"}`;
  const isCounted = (times: number) =>
    vi.waitFor(async () => expect(await readCounter(port, counted)).toBe(times), { timeout: 10_000, interval: 20 });

  const order: string[] = [];
  const blocked = time(() => hostile.ask("sleep").then(() => order.push("blocked")));
  await service.logged(...BLAMED, "blocks the reactor");
  expect(await hostile.download()).toBe("kept");
  order.push("without Python");
  const others = await Promise.all([1, 2, 3, 4, 5].map(() => time(() => hostile.pid())));
  expect(Math.max(...others)).toBeLessThanOrEqual(await blocked);
  expect(order).toEqual(["without Python", "blocked"]);
  await isCounted(1);
  await hostile.ask("sleep");
  await isCounted(2);
  expect(service.log().match(/blocks the reactor/g)).toHaveLength(1);
  expect(await service.logged("blocks the reactor")).toMatch(/"file":"[^"]*hostile\/__init__\.py","line":\d+/);
  expect(await hostile.end()).toEqual(ENDED);
}, 30_000);

async function time(act: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await act();
  return performance.now() - startedMs;
}

async function readCounter(port: number, sample: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const line = text.split("\n").find((candidate) => candidate.startsWith(sample));
  return Number(line?.slice(sample.length) ?? 0);
}
