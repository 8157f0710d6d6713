import { parseArgs } from "node:util";
import type { FaultProgram } from "./program.ts";
import { runAnswerFuzz } from "./answers/answer-fuzz.ts";
import { runFamilies } from "./families/families.ts";
import { runFaultyDisk } from "./disk/faulty-disk.ts";
import { runFullDisk } from "./disk/full-disk.ts";
import { runHttpFuzz } from "./http/http-fuzz.ts";
import { runIdleConnections } from "./idle/idle-connections.ts";
import { hasSynapse, runInsideSynapse } from "./inside/inside-synapse.ts";
import { runSizeLimit } from "./disk/size-limit.ts";
import { runPowerCut } from "./disk/power-cut.ts";
import { runQuotaModel } from "./quota/quota-model.ts";
import { runPictures } from "./pictures/pictures.ts";
import { runWireFuzz } from "./wire/wire-fuzz.ts";
import { runKillStorm } from "./storm/kill-storm.ts";
import { runRestarts } from "./restarts/restarts.ts";
import { runShadow } from "./shadow/shadow.ts";
import { runSoak } from "./soak/soak.ts";

/** `npm run faults [-- NAME] [--short] [--seed N]` */
const PROGRAMS: readonly FaultProgram[] = [
  { name: "power-cut", run: (options) => runPowerCut(options) },
  { name: "faulty-disk", run: (options) => runFaultyDisk(options) },
  { name: "full-disk", run: (options) => runFullDisk(options) },
  { name: "size-limit", run: (options) => runSizeLimit(options) },
  { name: "quota-model", run: (options) => runQuotaModel(options) },
  { name: "wire-fuzz", run: runWireFuzz },
  { name: "http-fuzz", run: runHttpFuzz },
  { name: "answer-fuzz", run: runAnswerFuzz },
  { name: "kill-storm", run: (options) => runKillStorm(options) },
  { name: "restarts", run: runRestarts },
  { name: "shadow", run: (options) => runShadow(options) },
  { name: "soak", run: runSoak },
  { name: "pictures", run: (options) => runPictures(options) },
  { name: "idle-connections", run: (options) => runIdleConnections(options) },
  { name: "families", run: runFamilies },
  { name: "inside-synapse", run: runInsideSynapse },
];

const { values, positionals } = parseArgs({
  options: { short: { type: "boolean", default: false }, seed: { type: "string" } },
  allowPositionals: true,
});
const [wanted] = positionals;
// Without a Synapse, the one that needs it runs only where it is asked for.
const canRun = (name: string) => name !== "inside-synapse" || hasSynapse();
const programs = PROGRAMS.filter(({ name }) => (wanted === undefined ? canRun(name) : name === wanted));
if (programs.length === 0)
  throw new Error(`${wanted} is not a program; choose one of ${PROGRAMS.map(({ name }) => name).join(", ")}`);
const seed = values.seed === undefined ? Date.now() % 1_000_000 : Number(values.seed);
const total = { passed: 0, failed: 0 };
for (const { name, run } of programs) {
  const startedMs = performance.now();
  const { passed, failed } = await run({ short: values.short, seed, note: (text) => console.log(`${name}: ${text}`) });
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
  console.log(`${name}: ${passed} passed, ${failed} failed, in ${seconds} s, seed ${seed}`);
  total.passed += passed;
  total.failed += failed;
}
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
