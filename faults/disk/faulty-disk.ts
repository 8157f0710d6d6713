import { randomBytes } from "node:crypto";
import { FAULTS, NUISANCES } from "./faults.ts";
import { FaultyStore } from "./faulty-store.ts";
import type { DiskRule } from "./rule.ts";
import { findUncleared, tryRestart, tryUpload } from "./trials.ts";
import { upload, UPLOADS } from "./uploads.ts";
import type { FaultOptions, FaultResult } from "../program.ts";
import { createRandom } from "../support/random.ts";

/** How many calls fail: one, as many as the first failure and its clearing up make, all that follow. */
const COUNTS = [1, 2, 3, undefined];
const RESTARTS = ["stop", "start"] as const;

/** One way of failing while one thing is done, at whatever call. */
interface Series {
  readonly fault: string;
  readonly rule: DiskRule;
  /** An upload of a kind, a stop, or a start on what a kill has left. */
  readonly deed: string;
  /** From the first call that fails to the one of the next trial, at most. */
  readonly stride: number;
}

/** Fails every step of every kind of upload in every way, for some calls or for good, and looks at what is left. */
export async function runFaultyDisk(options: FaultOptions): Promise<FaultResult> {
  const results = await Promise.all(
    (["full", "relaxed"] as const).map(async (durability, index) => {
      const store = new FaultyStore(durability);
      try {
        const note = (text: string) => options.note(`${durability}, ${text}`);
        return await runSeries(store, { ...options, seed: options.seed + index, note });
      } finally {
        await store.remove();
      }
    }),
  );
  return results.reduce((sum, { passed, failed }) => ({ passed: sum.passed + passed, failed: sum.failed + failed }));
}

async function runSeries(store: FaultyStore, { short, seed, note }: FaultOptions): Promise<FaultResult> {
  const random = createRandom(seed);
  let [passed, failed] = [0, 0];
  const count = ({ length }: readonly string[]) => (length === 0 ? (passed += 1) : (failed += 1));
  await store.start();
  store.take(await upload(store, randomBytes(500)));
  const plan = planSeries(short, random);
  for (const [index, { deed, fault, rule, stride }] of plan.entries()) {
    if (index > 0 && index % 25 === 0) note(`${index} of ${plan.length} series, ${passed} passed, ${failed} failed`);
    const step = () => 1 + Math.floor(random() * stride);
    for (let first = step(); ; first += step()) {
      const trial = { store, deed, rule: { ...rule, first }, isKilled: random() < 0.01, isVerified: random() < 0.1 };
      const { wrong, failures } = await (RESTARTS.includes(deed as "stop") ? tryRestart : tryUpload)(trial);
      count(wrong);
      const calls = failures.slice(0, 4).map(({ other, path }) => `${other} ${path}`);
      const what = `${deed}, ${fault} from call ${first} on, ${rule.count ?? "all"} (${calls.join(", ")})`;
      for (const text of wrong) note(`${what}, seed ${seed}: ${text}`);
      if (failures.length === 0) break;
    }
    const wrong = await findUncleared(store);
    for (const text of wrong)
      note(`at the start after ${deed}, ${fault}, ${rule.count ?? "all"}, seed ${seed}: ${text}`);
    count(wrong);
  }
  return { passed, failed };
}

/** Everything, or what chance takes of it. */
function planSeries(short: boolean, random: () => number): Series[] {
  const all = [
    ...Object.keys(UPLOADS).flatMap((deed) => [
      ...nameRules(NUISANCES, [undefined]).map((named) => ({ ...named, deed, stride: 1 })),
      ...nameRules(FAULTS, COUNTS).map((named) => ({ ...named, deed, stride: short ? 16 : 1 })),
    ]),
    ...RESTARTS.flatMap((deed) =>
      nameRules(FAULTS, [1, undefined]).map((named) => ({ ...named, deed, stride: short ? 32 : 6 })),
    ),
  ];
  return short ? all.filter(() => random() < 0.09) : all;
}

function nameRules(
  rules: Readonly<Record<string, DiskRule>>,
  counts: readonly (number | undefined)[],
): Pick<Series, "fault" | "rule">[] {
  return Object.entries(rules).flatMap(([fault, rule]) =>
    counts.map((count) => ({ fault, rule: count === undefined ? rule : { ...rule, count } })),
  );
}
