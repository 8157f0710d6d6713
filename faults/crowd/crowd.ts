import { createRandom } from "../support/random.ts";
import { compareHoldings, describeHoldings, lookAtHoldings } from "./aftermath.ts";
import { startWorld, type World, type WorldKind } from "./world.ts";
import { droppers, impatient } from "./turns/droppers.ts";
import { halfCloses } from "./turns/half-closes.ts";
import { headerFloods } from "./turns/header-floods.ts";
import { orderly } from "./turns/orderly.ts";
import { pipelines } from "./turns/pipelines.ts";
import { rushes } from "./turns/rushes.ts";
import { slowReaders } from "./turns/slow-readers.ts";
import { stall } from "./turns/stalled.ts";
import { compareStores } from "./stores.ts";
import type { Turn } from "./turn.ts";
import { WrongAnswer } from "./wire-client.ts";

const TURNS: readonly Turn[] = [headerFloods, pipelines, halfCloses, slowReaders, droppers, impatient, orderly, rushes];
const WORLDS: readonly WorldKind[] = [
  { name: "repository", isGuard: false, isChecked: true },
  { name: "guard", isGuard: true, isChecked: false },
  { name: "guard with a spam check", isGuard: true, isChecked: true },
];
const CLIENTS = 12;
/** What a service holds is looked at after this share of the requests: by then everything has been there once. */
const WARM = 0.25;
/** How often all clients come at once before that: a process keeps the memory of its highest peak. */
const RUSHES = 6;
/**
 * Connections to the Synapse that keeps media: `upstream.max_connections`, and some that are closed although Synapse
 * does not know it yet.
 */
const MOST_CONNECTIONS = 100 + 10;

export interface CrowdOptions {
  readonly requests: number;
  readonly seed: number;
  readonly note: (text: string) => void;
  readonly count: (what: string, wrong: string | undefined) => void;
}

/**
 * A crowd of clients that flood, pipeline, half-close, read slowly and drop, among some that do not, in front of a
 * repository and in front of a Synapse that knows which requests are theirs. Each answer must be correct. When all
 * clients have gone, the service must hold what it held before.
 */
export async function runCrowds({ requests, seed, ...options }: CrowdOptions): Promise<void> {
  const share = requests / WORLDS.length;
  await Promise.all(
    WORLDS.map((kind, index) => runCrowd(kind, { ...options, requests: share, seed: seed + index * 1_000_000 })),
  );
}

async function runCrowd(kind: WorldKind, { requests, seed, note, count }: CrowdOptions): Promise<void> {
  const world = await startWorld(kind, createRandom(seed));
  const tell = (what: string, wrong: string | undefined) => count(`${kind.name}, ${what}`, wrong);
  let status: number | null = null;
  try {
    try {
      for (let times = 0; times < RUSHES; times += 1) await rushes.make(world);
      await drive(world, requests * WARM, tell);
      const start = await lookAtHoldings(world);
      await Promise.all([drive(world, requests * (1 - WARM), tell), stall(world, tell)]);
      const end = await lookAtHoldings(world, start);
      note(`${kind.name}: ${describeHoldings(start)}; then ${describeHoldings(end)}`);
      tell("afterwards", compareHoldings(start, end).join("; ") || undefined);
    } finally {
      status = await world.end();
    }
    const { wrong, mostConnections } = world.witness;
    for (const text of new Set(wrong)) tell("what the homeserver got", text);
    for (const text of world.log.complaints) tell("the log", text);
    tell("connections", mostConnections > MOST_CONNECTIONS ? `there were ${mostConnections} at once` : undefined);
    tell("the stores", compareStores(world));
    tell("the end", status === 0 ? undefined : `exit status ${status}`);
  } finally {
    world.remove();
  }
}

/** Makes this many requests by clients that each do one thing after the other. */
async function drive(world: World, requests: number, tell: CrowdOptions["count"]): Promise<void> {
  const weights = TURNS.reduce((sum, { weight }) => sum + weight, 0);
  let made = 0;
  const next = () => {
    let left = world.requests.below(1_000_000) * (weights / 1_000_000);
    return TURNS.find(({ weight }) => (left -= weight) < 0) ?? orderly;
  };
  const client = async () => {
    while (made < requests) {
      const turn = next();
      try {
        const count = await turn.make(world);
        made += count;
        for (let index = 0; index < count; index += 1) tell(turn.name, undefined);
      } catch (error) {
        if (!(error instanceof WrongAnswer)) throw error;
        made += 1;
        tell(turn.name, error.message);
      }
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
}
