import { describe, expect, test, vi } from "vitest";
import { HostileService } from "./hostile-service.ts";

/** What is started in the child and would stay: in its process group, and in a session of its own. */
const LEFT_BEHIND = ["fork_and_stay", "spawn_and_leave", "daemonise"];
const SLEEPING = ["sleep 1000 ", "sleep 2000 "];

async function start(...ways: readonly string[]): Promise<HostileService> {
  const hostile = await HostileService.start([...LEFT_BEHIND, ...ways]);
  await leaveBehind(hostile);
  return hostile;
}

async function leaveBehind(hostile: HostileService): Promise<void> {
  for (const way of LEFT_BEHIND) expect((await hostile.ask(way))[0]).toBe(200);
  await vi.waitFor(() => expect(sleeping(hostile)).toEqual(SLEEPING), { timeout: 10_000, interval: 20 });
}

function sleeping({ folder }: HostileService): string[] {
  return folder.processes().filter((command) => command.startsWith("sleep")).toSorted(); // prettier-ignore
}

describe.concurrent("what a module started ends", () => {
  test("What a module started ends when its child crashes, before the next child is up, and when the service stops", async () => {
    const hostile = await start("exit_hard");
    const pid = await hostile.pid();
    expect((await hostile.ask("exit_hard"))[0]).toBe(503);
    await hostile.successorOf(pid);
    expect(sleeping(hostile)).toEqual([]);
    await leaveBehind(hostile);
    expect(await hostile.end()).toEqual([0, []]);
  }, 60_000);

  test.each([
    ["a module blocks", "block", "blocks the reactor"],
    ["a module holds the interpreter's lock, so that no thread of the child runs", "hold_interpreter", "in hold_interpreter"],
    ["a module has taken its signals", "take_signals", undefined],
  ])("What a module started ends, as does the child, when the service is killed while %s", async (_while, way, log) => {
    const hostile = await start(way);
    const { service, folder } = hostile;
    const asked = hostile.ask(way).catch(() => undefined);
    await (log === undefined ? asked : service.logged(log));
    service.kill("SIGKILL");
    await Promise.all([service.ended, asked]);
    await vi.waitFor(() => expect(folder.processes()).toEqual([]), { timeout: 20_000, interval: 20 });
  }, 60_000);
}); // prettier-ignore
