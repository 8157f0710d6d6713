import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { measure } from "./load.ts";
import { describe, DESCRIPTION, latencyMs, startOffering, type Answer, type Offer } from "./offer.ts";
import { cpuMs, pssMb, treeOf } from "./processes.ts";
import { printTable } from "./table.ts";
import { newFolder, startBridge, USERS, type Target } from "./targets.ts";

const GUARDS = [
  {
    name: "a callback that waits for a server",
    module: "bench_faults.Waits",
    config: { milliseconds: 160, at_once: 4 },
  },
  { name: "a callback that computes", module: "bench_faults.Computes", config: { milliseconds: 30 } },
];
/** Somewhat more than the guards can do at once, as operations.md advises. */
const IN_FLIGHT = 8;
const OVERLOAD_MS = 15_000;
/** What a queue needs to be as full as it gets. */
const SETTLING_MS = 3_000;
const AROUND_MS = 3_000;
const MODEST_PER_SECOND = 5;
const UPLOAD = { method: "POST", path: "/_matrix/media/v3/upload", body: randomBytes(10 * 1024) } as const;
const [GREEDY = "", MODEST = "", ...CROWD] = USERS;

/** What a service does that is asked for ten times as much as it can do. */
export async function benchOverload(python: string): Promise<void> {
  for (const { name, module, config } of GUARDS) {
    const modules = [{ module, config }];
    const target = await startBridge(newFolder(), python, {
      durability: "relaxed",
      modules,
      python: { max_in_flight: IN_FLIGHT },
    });
    try {
      const peak = await findPeak(target);
      console.log(`uploads past ${name}: ${peak.toFixed(0)}/s at the peak`);
      const rows = [
        ...(await overload(
          target,
          `ten times the peak from ${CROWD.length} users`,
          { ...UPLOAD, perSecond: peak * 10, users: CROWD },
          peak,
        )),
        ...(await overload(
          target,
          "nine times the peak from one greedy user",
          { ...UPLOAD, perSecond: peak * 9, users: [GREEDY] },
          peak,
        )),
      ];
      printTable([["", ...DESCRIPTION], ...rows]);
    } finally {
      await target.stop();
    }
  }
}

/** The most that a closed loop gets answered in a second. */
async function findPeak(target: Target): Promise<number> {
  const found: number[] = [];
  for (const connections of [8, 64]) {
    const work = { name: "upload", connections, requests: 250, next: () => UPLOAD };
    found.push((await measure(work, target)).perSecond);
  }
  return Math.max(...found);
}

/** One overload with a modest user beside it, from before until after. The rows of its table. */
async function overload(target: Target, name: string, offer: Offer, peak: number): Promise<string[][]> {
  const pids = treeOf(target.pid);
  const memoryMb = () => pids.map(pssMb);
  const modest = startOffering(target.url, { ...UPLOAD, perSecond: MODEST_PER_SECOND, users: [MODEST] });
  await sleep(AROUND_MS);
  const before = memoryMb();
  const beganMs = performance.now();
  const flood = startOffering(target.url, offer);
  await sleep(SETTLING_MS);
  const cpuBeganMs = cpuMs(target.pid);
  const settledMs = performance.now();
  const settled = memoryMb();
  const peaks = [...settled];
  const sampler = setInterval(
    () => memoryMb().forEach((mb, index) => (peaks[index] = Math.max(mb, peaks[index] ?? 0))),
    250,
  );
  await sleep(OVERLOAD_MS);
  clearInterval(sampler);
  const endedMs = performance.now();
  const cpuSpentMs = cpuMs(target.pid) - cpuBeganMs;
  const answers = await flood.end();
  await sleep(AROUND_MS);
  const probes = await modest.end();
  const quiet = probes.filter(({ endMs }) => endMs < beganMs);
  const meanwhile = probes.filter(({ dueMs }) => dueMs >= beganMs && dueMs < endedMs);
  const during = [...answers, ...meanwhile].filter(({ endMs }) => endMs >= settledMs && endMs < endedMs);
  const perSecond = (count: number) => (count * 1000) / (endedMs - settledMs);
  const stored = perSecond(during.filter(({ status }) => status === 200).length);
  console.log(
    `${name}: ${perSecond(during.length).toFixed(0)}/s answered, ${stored.toFixed(0)}/s of them stored: ${((stored / peak) * 100).toFixed(0)} % of the peak (wanted: 80 %)`,
  );
  console.log(
    `  CPU of the service: ${((cpuSpentMs / (endedMs - settledMs)) * 100).toFixed(0)} % of a core, ${(cpuSpentMs / during.length).toFixed(2)} ms an answer`,
  );
  ["service", "child"].forEach((what, index) =>
    console.log(
      `  memory of the ${what} (PSS): ${[before, settled, peaks].map((mb) => mb[index]?.toFixed(0)).join(", ")} MB before, when it settled, at most`,
    ),
  );
  console.log(
    `  recovered ${(recoveryMs(probes, quiet, endedMs) / 1000).toFixed(2)} s after its end (wanted: at most 1 s)`,
  );
  return [
    [name],
    ["  they", ...describe(answers)],
    ["  a modest user before", ...describe(quiet)],
    ["  a modest user meanwhile", ...describe(meanwhile)],
  ];
}

/** From the end of the load to the answer to the first request that took no more than twice the usual time. */
function recoveryMs(probes: readonly Answer[], quiet: readonly Answer[], endedMs: number): number {
  const normalMs = 2 * latencyMs(quiet, 0.5);
  const first = probes.find((a) => a.dueMs >= endedMs && a.status === 200 && a.endMs - a.dueMs <= normalMs);
  return (first?.endMs ?? NaN) - endedMs;
}
