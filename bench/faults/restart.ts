import { execFile } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { describe, DESCRIPTION, startOffering, type Answer } from "./offer.ts";
import { treeOf } from "../support/processes.ts";
import { printTable } from "../support/table.ts";
import { newFolder, type Target } from "../support/servers.ts";
import { ROOT, startBridge, USERS } from "../support/targets.ts";

const PER_SECOND = 200;
const WARM_UP_MS = 3000;
const AROUND_MS = 3000;
/** Few enough that the breaker stays closed. A service has one crash, so that each waits as long as the first. */
const KILLS = 5;
const RELOADS = 5;

/** The answers before an event, during it, and after it. */
type Phases = Record<"before" | "during" | "after", Answer[]>;

/** What requests feel of a child that is killed, and of a reload. */
export async function benchRestart(python: string): Promise<void> {
  const kill = newPhases();
  const withoutMs: number[] = [];
  const startMs: number[] = [];
  for (let turn = 0; turn < KILLS; turn += 1) {
    await withOneModule(python, async (target) => {
      const event = async (answers: readonly Answer[]) => {
        const [, child] = treeOf(target.pid);
        if (child === undefined) throw new Error("the service has no child to kill");
        const killedMs = performance.now();
        process.kill(child, "SIGKILL");
        startMs.push(target.startSeconds * 1000);
        withoutMs.push((await firstGoodAnswer(answers, killedMs)) - killedMs);
      };
      await observe(target, event, kill);
    });
  }
  const reload = newPhases();
  await withOneModule(python, async (target) => {
    for (let turn = 0; turn < RELOADS; turn += 1) await observe(target, () => reloadOnce(target), reload);
  });
  printTable([
    [`config, ${PER_SECOND}/s`, ...DESCRIPTION],
    ...rowsOf(`SIGKILL of the child, ${KILLS} times`, kill),
    ...rowsOf(`media-bridge reload, ${RELOADS} times (wanted: none refused)`, reload),
  ]);
  console.log(
    `without Python after a kill: ${inSeconds(withoutMs)} s (wanted: at most 1 s); starts of the whole service: ${inSeconds(startMs)} s`,
  );
}

function inSeconds(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted.map((ms) => (ms / 1000).toFixed(2)).join(", ");
}

async function withOneModule(python: string, use: (target: Target) => Promise<void>): Promise<void> {
  const modules = [{ module: "bench_modules.Second" }];
  const target = await startBridge(newFolder(), python, { durability: "relaxed", modules });
  try {
    await use(target);
  } finally {
    await target.stop();
  }
}

/** Makes something happen under load, and sorts the answers into phases. */
async function observe(
  target: Target,
  event: (answers: readonly Answer[]) => Promise<void>,
  phases: Phases,
): Promise<void> {
  const path = "/_matrix/client/v1/media/config";
  const offering = startOffering(target.url, { perSecond: PER_SECOND, users: USERS, method: "GET", path });
  await sleep(WARM_UP_MS);
  const beganMs = performance.now();
  await sleep(AROUND_MS);
  const eventMs = performance.now();
  await event(offering.answers);
  const overMs = performance.now();
  await sleep(AROUND_MS);
  for (const answer of await offering.end()) {
    if (answer.dueMs < beganMs) continue;
    const phase = answer.endMs < eventMs ? "before" : answer.dueMs <= overMs ? "during" : "after";
    phases[phase].push(answer);
  }
}

async function firstGoodAnswer(answers: readonly Answer[], sinceMs: number): Promise<number> {
  for (;;) {
    const good = answers.find(({ dueMs, status }) => dueMs >= sinceMs && status === 200);
    if (good !== undefined) return good.endMs;
    await sleep(5);
  }
}

async function reloadOnce({ folder }: Target): Promise<void> {
  await promisify(execFile)(process.execPath, [
    join(ROOT, "dist/cli/main.js"),
    "reload",
    "--config",
    join(folder, "bridge.yaml"),
  ]);
}

function newPhases(): Phases {
  return { before: [], during: [], after: [] };
}

function rowsOf(name: string, phases: Phases): string[][] {
  return [[name], ...Object.entries(phases).map(([phase, answers]) => [`  ${phase}`, ...describe(answers)])];
}
