import { compareByTurns } from "./support/load.ts";
import { median, spreadOf } from "./support/pairs.ts";
import { newFolder, type Target } from "./support/servers.ts";
import { printTable } from "./support/table.ts";
import { startBridge, type Durability } from "./support/targets.ts";
import { eachWork } from "./support/works.ts";

/**
 * Two processes of the same code differ by up to a fifth for as long as they run: where their memory is, and which one
 * stored its files first. Each round starts both anew, in the other order.
 */
const ROUNDS = 6;
const PAIRS = 30;
const LARGE_PAIRS = 12;
const SHORTEST_TURN = 100;
const WANTED = 1.03;

export interface AgainstOptions {
  /** A built checkout of another commit. */
  readonly against: string;
  readonly python: string;
  /** Factor on the number of turns. */
  readonly scale: number;
  /** Only the works whose name contains this are measured. */
  readonly works: string;
  readonly durability: Durability;
}

/** The CPU that requests cost the service, in comparison to another commit's, by turns so short that both feel the same. */
export async function benchAgainst({ against, python, scale, works, durability }: AgainstOptions): Promise<void> {
  /** By work, the ratios of each round. */
  const ratios = new Map<string, number[][]>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const ours = () => startBridge(newFolder(), python, { durability });
    const theirs = () => startBridge(newFolder(), python, { durability, checkout: against });
    const started: Target[] = [];
    const isReversed = round % 2 === 1;
    try {
      for (const start of isReversed ? [theirs, ours] : [ours, theirs]) started.push(await start());
      await eachWork(started, { scale: 1, works }, async (attempts) => {
        const [our, their] = isReversed ? attempts.toReversed() : attempts;
        if (our === undefined || their === undefined) throw new Error("two services are compared");
        const { name, connections, isLarge = false } = our.work;
        const requests = isLarge ? connections : Math.max(SHORTEST_TURN, connections * 10);
        const pairs = Math.max(4, Math.round((isLarge ? LARGE_PAIRS : PAIRS) * scale));
        const key = `${name} at ${connections}`;
        const found = ratios.get(key) ?? [];
        ratios.set(key, [...found, await compareByTurns(our, their, { requests, pairs })]);
      });
    } finally {
      for (const target of started) await target.stop();
    }
    console.log(`round ${round + 1} of ${ROUNDS}`);
  }
  const rows = [["work", "CPU of the other's", "95 % of its median", "medians of the rounds", "at most wanted"]];
  for (const [work, rounds] of ratios) {
    const { median: all, certain } = spreadOf(rounds.flat());
    const each = rounds.map((round) => median(round)).toSorted((one, other) => one - other);
    rows.push([work, all.toFixed(3), certain, each.map((ratio) => ratio.toFixed(2)).join(" "), String(WANTED)]);
  }
  printTable(rows);
}
