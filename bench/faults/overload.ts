import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { measure } from "../support/load.ts";
import { describe, DESCRIPTION, latencyMs, startOffering, type Answer, type Offer } from "./offer.ts";
import { cpuMs, memoryOf, treeOf } from "../support/processes.ts";
import { printTable } from "../support/table.ts";
import { newFolder, type Target } from "../support/servers.ts";
import { startBridge, USERS } from "../support/targets.ts";

const GUARDS = [
  {
    name: "a callback that waits for a server",
    module: "bench_faults.Waits",
    config: { milliseconds: 400, at_once: 4 },
  },
  { name: "a callback that computes", module: "bench_faults.Computes", config: { milliseconds: 30 } },
];
/** Somewhat more than the guards can do at once, as operations.md advises. */
const IN_FLIGHT = 6;
const OVERLOAD_MS = 15_000;
/** What a queue needs to be as full as it gets. */
const SETTLING_MS = 3_000;
const AROUND_MS = 8_000;
/** Less than their part of the peak. */
const MODEST_PER_SECOND = 1;
/** The next user's part of the load, small enough to add none: a quarter of the peak. */
const NEXT_PART = 1 / 40;
const UPLOAD = { method: "POST", path: "/_matrix/media/v3/upload", body: randomBytes(10 * 1024) } as const;
const [GREEDY = "", MODEST = "", NEXT = "", ...CROWD] = USERS.slice(0, 8);

/** What a service does that is asked for ten times as much as it can do. */
export async function benchOverload(python: string): Promise<void> {
  for (const { name, module, config } of GUARDS) {
    const options = { modules: [{ module, config }], python: { max_in_flight: IN_FLIGHT } };
    const target = await startBridge(newFolder(), python, { durability: "relaxed", ...options });
    try {
      const peak = await findPeak(target);
      console.log(`uploads past ${name}: ${peak.toFixed(1)}/s at the peak`);
      const many = await overload(target, { ...UPLOAD, perSecond: peak * 10, users: CROWD });
      const one = await overload(target, { ...UPLOAD, perSecond: peak * 9, users: [GREEDY] });
      const rows = [
        ...report(`ten times the peak from ${CROWD.length} users`, many, peak),
        ...report("nine times the peak from one greedy user", one, peak),
      ];
      printTable([["", ...DESCRIPTION], ...rows]);
    } finally {
      await target.stop();
    }
  }
}

/** What a closed loop gets answered in a second. */
async function findPeak(target: Target): Promise<number> {
  const work = { name: "upload", connections: IN_FLIGHT, requests: 100, next: () => UPLOAD };
  return (await measure(work, target)).perSecond;
}

/** What was seen of one overload. Memory in MB, of the service and of the child. */
interface Course {
  readonly flood: readonly Answer[];
  /** A modest user's, from before until after. */
  readonly modest: readonly Answer[];
  /** Another's, once it is over. */
  readonly next: readonly Answer[];
  readonly beganMs: number;
  readonly settledMs: number;
  readonly endedMs: number;
  /** CPU of the service once it settled. */
  readonly cpuSpentMs: number;
  readonly memory: Record<"before" | "settled" | "peak", readonly number[]>;
}

async function overload({ url, pid }: Target, offer: Offer): Promise<Course> {
  const readMemory = () => treeOf(pid).map((member) => memoryOf(member).pssMb);
  const modest = startOffering(url, { ...UPLOAD, perSecond: MODEST_PER_SECOND, users: [MODEST] });
  await sleep(AROUND_MS);
  const before = readMemory();
  const beganMs = performance.now();
  const flood = startOffering(url, offer);
  await sleep(SETTLING_MS);
  const settled = readMemory();
  let peak = settled;
  const sampler = setInterval(() => {
    const now = readMemory();
    peak = peak.map((mb, index) => Math.max(mb, now[index] ?? 0));
  }, 250);
  const settledMs = performance.now();
  const cpuBeforeMs = cpuMs(pid);
  await sleep(OVERLOAD_MS);
  const endedMs = performance.now();
  const cpuSpentMs = cpuMs(pid) - cpuBeforeMs;
  clearInterval(sampler);
  const ending = flood.end();
  const next = startOffering(url, { ...UPLOAD, perSecond: offer.perSecond * NEXT_PART, users: [NEXT] });
  await sleep(AROUND_MS);
  return {
    flood: await ending,
    modest: await modest.end(),
    next: await next.end(),
    beganMs,
    settledMs,
    endedMs,
    cpuSpentMs,
    memory: { before, settled, peak },
  };
}

/** Prints what it comes to. The rows of its table. */
function report(name: string, course: Course, peak: number): string[][] {
  const { flood, modest, next, beganMs, settledMs, endedMs, cpuSpentMs, memory } = course;
  const answered = [...flood, ...modest].filter(({ endMs }) => endMs >= settledMs && endMs < endedMs);
  const seconds = (endedMs - settledMs) / 1000;
  const stored = answered.filter(({ status }) => status === 200).length / seconds;
  const quiet = modest.filter(({ endMs }) => endMs < beganMs);
  const meanwhile = modest.filter(({ dueMs }) => dueMs >= beganMs && dueMs < endedMs);
  const memoryAt = (index: number) => Object.entries(memory).map(([when, mb]) => `${mb[index]?.toFixed(0)} ${when}`);
  console.log(
    `${name}: ${(answered.length / seconds).toFixed(0)}/s answered, ${stored.toFixed(1)}/s of them stored: ` +
      `${((stored / peak) * 100).toFixed(0)} % of the peak (wanted: 80 %)\n` +
      `  CPU of the service: ${(cpuSpentMs / answered.length).toFixed(2)} ms an answer, ${(cpuSpentMs / seconds / 10).toFixed(0)} % of a core\n` +
      `  memory in MB (PSS): service ${memoryAt(0).join(", ")}; child ${memoryAt(1).join(", ")}\n` +
      `  normal again ${(recoveryMs(next, quiet, endedMs) / 1000).toFixed(2)} s after its end (wanted: at most 1 s)`,
  );
  return [
    [name],
    ["  they", ...describe(flood)],
    ["  a modest user before", ...describe(quiet)],
    ["  a modest user meanwhile", ...describe(meanwhile)],
  ];
}

/** From the end of the load to the first request that took no more than twice the usual time. */
function recoveryMs(next: readonly Answer[], quiet: readonly Answer[], endedMs: number): number {
  const normalMs = 2 * latencyMs(quiet, 0.5);
  const normal = next.filter(({ status, dueMs, endMs }) => status === 200 && endMs - dueMs <= normalMs);
  return Math.min(...normal.map(({ dueMs }) => dueMs)) - endedMs;
}
