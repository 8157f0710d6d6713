import { createFolder, PYTHON, removeFolder, writeFaultConfig } from "../support/folder.ts";
import { startHomeserver, type Homeserver } from "../support/homeserver.ts";
import type { FaultOptions, FaultResult } from "../program.ts";
import { createRandom } from "../support/random.ts";
import { lookAround } from "./aftermath.ts";
import { LIMITS, type Kind, writeStormModules } from "./modules.ts";
import { Storm } from "./storm.ts";
import { Tally } from "./tally.ts";
import { StormUser } from "./user.ts";
import { Victim } from "./victim.ts";

/** Who is killed. */
export type Target = "child" | "service";
/** How often, in each of the two storms. */
export interface StormKills {
  readonly child: number;
  readonly service: number;
}

const SHORT: StormKills = { child: 20, service: 8 };
const LONG: StormKills = { child: 700, service: 300 };
const CLIENTS = 8;
const KINDS = Object.keys(LIMITS) as Kind[];
/** Each further one makes the service wait twice as long before it starts the child again: a reload forgets them. */
const MAX_IN_A_ROW = 4;

/**
 * Uploads in parallel through a mixed chain, while the Python child is killed, and in another storm the service: every
 * answer is the right verdict, or 503 with `Retry-After` while Python is down, or a cut connection while the service
 * is; what was acknowledged is there, and nothing else is.
 */
export async function runKillStorm(
  { short, seed, note }: FaultOptions,
  kills: StormKills = short ? SHORT : LONG,
): Promise<FaultResult> {
  const homeserver = await startHomeserver();
  try {
    const start = (target: Target, ownSeed: number) =>
      runStorm(target, kills[target], homeserver, { short, seed: ownSeed, note: (text) => note(`${target}: ${text}`) });
    const storms = [start("child", seed), start("service", seed + 1)] as const;
    // Not before both have ended, so that neither leaves anything behind.
    const [child, service] = await Promise.allSettled(storms);
    if (child.status === "rejected") throw child.reason;
    if (service.status === "rejected") throw service.reason;
    return { passed: child.value.passed + service.value.passed, failed: child.value.failed + service.value.failed };
  } finally {
    homeserver.close();
  }
}

async function runStorm(
  target: Target,
  kills: number,
  homeserver: Homeserver,
  { seed, note }: FaultOptions,
): Promise<FaultResult> {
  const folder = createFolder();
  const random = createRandom(seed);
  const tally = new Tally();
  const modules = writeStormModules(folder);
  const configure = (isolation: string) => writeStormConfig(folder, { modules, homeserver, isolation });
  const config = configure("shared");
  const victim = new Victim(folder, config, tally);
  const storm = new Storm(victim, tally, random, note);
  const users: StormUser[] = [];
  try {
    await victim.start();
    const clients = Array.from({ length: CLIENTS }, async () => {
      while (!storm.isOver) {
        const user = new StormUser(storm, folder, KINDS[users.length % KINDS.length] ?? "free", users.length);
        users.push(user);
        await user.upload();
      }
    });
    const killing =
      target === "child" ? killChildren(storm, tally, kills, configure) : killServices(storm, tally, kills);
    const ending = killing.then(() => victim.whole()).then(() => (storm.isOver = true));
    await Promise.all([...clients, ending]);
    await lookAround(
      storm,
      folder,
      config,
      users.filter(({ kind }) => kind !== "free"),
    );
    note(describe(storm));
    return { passed: storm.passed, failed: storm.failed };
  } finally {
    await victim.end();
    removeFolder(folder);
  }
}

/** A few in a row, then a reload, during which there may be one more: to all modules in one child, or to one each. */
async function killChildren(
  storm: Storm,
  tally: Tally,
  kills: number,
  configure: (isolation: string) => void,
): Promise<void> {
  const { victim, random } = storm;
  while (victim.childKills < kills) {
    const inARow = 1 + Math.floor(random() * MAX_IN_A_ROW);
    for (let number = 0; number < inARow; number += 1) {
      if (number > 0 && random() < 0.3) await victim.childStarting();
      else await someTime(victim, tally, random);
      victim.killChild(random);
      await storm.askWithoutPython();
    }
    if (random() < 0.5) await victim.whole();
    configure(random() < 0.25 ? "module" : "shared");
    const reloaded = victim.reload();
    if (random() < 0.2) {
      await victim.childStarting();
      victim.killChild(random);
    }
    for (let isWhole = await reloaded; !isWhole;) isWhole = await victim.reload();
    storm.tellProgress(victim.childKills);
  }
}

/** While it runs, or while it starts. */
async function killServices(storm: Storm, tally: Tally, kills: number): Promise<void> {
  const { victim, random } = storm;
  while (victim.serviceKills < kills) {
    await someTime(victim, tally, random);
    await victim.killService();
    const starting = victim.start();
    if (random() < 0.25 && victim.serviceKills < kills) {
      await victim.childStarting();
      await victim.killService();
    }
    await starting;
    storm.tellProgress(victim.serviceKills);
  }
}

/** From the moment at which everything is there, until some answers have come, or some bytes of bodies have gone. */
async function someTime(victim: Victim, tally: Tally, random: () => number): Promise<void> {
  await victim.whole();
  if (random() < 0.5) await tally.after("answers", Math.floor(random() * 25));
  else await tally.after("bytes", Math.floor(random() * 400_000));
}

interface StormConfig {
  readonly modules: readonly unknown[];
  readonly homeserver: Homeserver;
  readonly isolation: string;
}

function writeStormConfig(folder: string, { modules, homeserver, isolation }: StormConfig): string {
  return writeFaultConfig(folder, {
    config: {
      modules,
      max_pending_media_uploads: 1000,
      rc_media_create: { per_second: 1000, burst_count: 1000 },
    },
    mediaBridge: {
      tokens_file: undefined,
      homeserver: { url: homeserver.url, database: "own" },
      python: { ...PYTHON, isolation },
    },
  });
}

function describe({ victim, stored, deleted, thumbnails, answers, passed, failed }: Storm): string {
  const kinds = [...answers].toSorted(([, a], [, b]) => b - a).map(([name, count]) => `${count} × ${name}`);
  return [
    `the child killed ${victim.childKills} times, the service ${victim.serviceKills} times`,
    `${stored.size} media stored, ${deleted.size} deleted, ${thumbnails} thumbnails looked at; answers: ${kinds.join(", ")}`,
    `${passed} checks passed, ${failed} failed`,
  ].join("; ");
}
