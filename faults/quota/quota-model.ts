import * as fc from "fast-check";
import type { MediaUploadLimit } from "../../src/callbacks/limit.ts";
import { createFolder, removeFolder, SERVER_NAME, USERS } from "../support/folder.ts";
import type { FaultOptions, FaultResult } from "../program.ts";
import { Truth } from "./truth.ts";
import { World, type UploadPlan } from "./world.ts";

/** Few, so that many of their uploads meet. */
const USER_IDS = USERS.slice(0, 2).map((user) => `@${user}:${SERVER_NAME}`);

/** The store of a schedule, and everyone who has ever run on it. */
interface Real {
  readonly folder: string;
  readonly scheduler: fc.Scheduler;
  readonly worlds: World[];
  ids: number;
}

type Command = fc.AsyncCommand<Truth, Real>;

const PERIODS_MS = [20, 100, 1000];
const LONG_RUNS = 5_000;
const SHORT_RUNS = 150;

/**
 * Plays random schedules of uploads by the product over its real database and files: reserving, growing, settling,
 * giving back, periods that pass and processes that die, each step in any order. At no moment has any user more than a
 * limit allows, and nothing is lost or counted twice.
 */
export async function runQuotaModel({ short, seed, note }: FaultOptions): Promise<FaultResult> {
  let passed = 0;
  const property = fc.asyncProperty(fc.scheduler(), anyLimits, anySchedule, async (scheduler, limits, commands) => {
    const real: Real = { folder: createFolder(), scheduler, worlds: [], ids: 0 };
    const truth = new Truth(limits);
    try {
      real.worlds.push(await World.open(real.folder, truth, scheduler));
      await fc.asyncModelRun(() => ({ model: truth, real }), commands);
      await playToTheEnd(real);
      passed += 1;
    } finally {
      for (const world of real.worlds) await world.close();
      removeFolder(real.folder);
    }
  });
  const details = await fc.check(property, { numRuns: short ? SHORT_RUNS : LONG_RUNS, seed });
  if (details.failed) note(`${String(details.errorInstance)}\n${fc.defaultReportMessage(details)}`);
  return { passed, failed: details.failed ? 1 : 0 };
}

const anyLimit: fc.Arbitrary<MediaUploadLimit> = fc.record({
  maxBytes: fc.integer({ min: 40, max: 160 }),
  timePeriodMs: fc.constantFrom(...PERIODS_MS),
});
const anyLimits = fc.record(
  Object.fromEntries(USER_IDS.map((userId) => [userId, fc.array(anyLimit, { minLength: 1, maxLength: 3 })])),
);

const anyPlan: fc.Arbitrary<UploadPlan & { readonly isToId: boolean }> = fc.record({
  userId: fc.constantFrom(...USER_IDS),
  pieces: fc.array(fc.nat(30), { maxLength: 4 }),
  hasLength: fc.boolean(),
  isToId: fc.boolean(),
  mediaId: fc.constant(undefined),
  fails: fc.oneof(
    { weight: 5, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom("body", "stage", "publish", "commit", "flush") },
  ),
});

const anyBeginning = anyPlan.map((plan) =>
  command(`begin ${JSON.stringify(plan)}`, (_truth, real) => begin(plan, real)),
);
const anyPlay = fc
  .integer({ min: 1, max: 15 })
  .map((steps) => command(`play ${steps}`, (_truth, real) => now(real).play(steps)));
const anyWait = fc.nat(30).map((ms) => command(`wait ${ms}`, async (truth) => void (truth.nowTs += ms)));
const toTheEnd = fc.constant(command("play to the end", (_truth, real) => playToTheEnd(real)));
const aCrash = fc.constant(command("crash", crash));

const often = (commands: fc.Arbitrary<Command>, weight: number) => Array.from({ length: weight }, () => commands);
const anySchedule = fc.commands<Truth, Real, false>(
  [...often(anyBeginning, 8), ...often(anyPlay, 7), ...often(anyWait, 2), toTheEnd, aCrash],
  { maxCommands: 60, size: "max" },
);

function command(text: string, run: (truth: Truth, real: Real) => Promise<void>): Command {
  return {
    check: () => true,
    toString: () => text,
    async run(truth, real) {
      await run(truth, real);
      truth.checkLimits();
    },
  };
}

async function begin(plan: UploadPlan & { readonly isToId: boolean }, real: Real): Promise<void> {
  const mediaId = plan.isToId ? `modelled${++real.ids}` : undefined;
  if (mediaId !== undefined) await now(real).createId(mediaId, plan.userId);
  await now(real).begin({ ...plan, mediaId });
}

async function crash(truth: Truth, real: Real): Promise<void> {
  now(real).crash();
  real.worlds.push(await World.open(real.folder, truth, real.scheduler));
  await now(real).checkIdle();
}

async function playToTheEnd(real: Real): Promise<void> {
  while (!now(real).isIdle()) await now(real).play(1);
  await now(real).checkIdle();
}

function now({ worlds }: Real): World {
  const world = worlds.at(-1);
  if (world === undefined) throw new Error("no world was opened");
  return world;
}
