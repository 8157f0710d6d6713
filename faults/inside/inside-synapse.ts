import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { createFolder, removeFolder } from "../support/folder.ts";
import { startVictim, type SynapseVictim } from "./synapse-victim.ts";
import { childrenOf, findOrphans } from "../support/processes.ts";
import type { FaultOptions, FaultResult } from "../program.ts";
import { createRandom } from "../support/random.ts";
import { ROOT } from "../support/root.ts";

const SHORT = { node: 12, synapse: 2 };
const LONG = { node: 1000, synapse: 100 };
const CLIENTS = 4;
const MAX_PAUSE_MS = 1_500;
/** A Node that failed to start is started again after up to 30 seconds. */
const DECIDES_MS = 120_000;
/** An upload of more bytes is refused by the module. */
const MAX_BYTES = 100;

/** What an upload was answered; undefined where the connection was cut. */
type Answered = { readonly bytes: number; readonly status: number | undefined };

/** Whether there is a Synapse to kill: `npm run setup:synapse` installs it. */
export function hasSynapse(): boolean {
  return existsSync(join(ROOT, ".synapse/bin/python"));
}

/**
 * Uploads in parallel to a Synapse with a TypeScript module in it, while Node is killed, and then Synapse: every answer
 * is the module's, or 503, or a cut connection while Synapse is down; afterwards no process is left.
 */
export async function runInsideSynapse({ short, seed, note }: FaultOptions): Promise<FaultResult> {
  const { node, synapse } = short ? SHORT : LONG;
  const random = createRandom(seed);
  const [mark, folder] = [randomUUID(), createFolder()];
  const result = { passed: 0, failed: 0 };
  const check = (isRight: boolean, what: string) => {
    if (isRight) result.passed += 1;
    else result.failed += 1;
    if (!isRight) note(what);
  };
  let victim = await startVictim(folder, mark, MAX_BYTES);
  try {
    for (const answered of await during(
      () => victim,
      () => killNodes(victim, node, random),
    )) {
      check(isVerdict(answered) || answered.status === 503, `${answered.bytes} bytes were answered ${answered.status}`);
    }
    const killing = async () => {
      for (let kills = 0; kills < synapse; kills += 1) {
        await wait(random() * MAX_PAUSE_MS);
        await victim.kill();
        check((await findOrphans(mark)).length === 0, "Node is there without its Synapse");
        victim = await startVictim(folder, mark, MAX_BYTES);
      }
    };
    for (const answered of await during(() => victim, killing)) {
      const isRight = isVerdict(answered) || answered.status === undefined || answered.status === 503;
      check(isRight, `${answered.bytes} bytes were answered ${answered.status}`);
    }
  } finally {
    await victim.kill();
    check((await findOrphans(mark)).length === 0, "a process is left");
    removeFolder(folder);
  }
  return result;
}

/** The answers of clients that upload while something happens. */
async function during(victim: () => SynapseVictim, happens: () => Promise<void>): Promise<Answered[]> {
  const state = { isOver: false };
  const answers: Answered[] = [];
  const client = async (number: number) => {
    for (let turn = number; !state.isOver; turn += 1) {
      const bytes = turn % 2 === 0 ? MAX_BYTES : MAX_BYTES + 1;
      const status = await victim().upload(bytes);
      answers.push({ bytes, status });
      // What is refused at once would be asked again at once, and fill the log.
      if (status === undefined || status === 503) await wait(20);
    }
  };
  const clients = Array.from({ length: CLIENTS }, (_item, number) => client(number));
  await happens().finally(() => (state.isOver = true));
  await Promise.all(clients);
  return answers;
}

/** Kills Node, every second time wherever in its start it is, otherwise once it has decided again. */
async function killNodes(victim: SynapseVictim, kills: number, random: () => number): Promise<void> {
  for (let killed = 0; killed < kills;) {
    if (killed % 2 === 0) await decides(victim);
    await wait(random() * MAX_PAUSE_MS);
    const [node] = childrenOf(victim.pid);
    if (node === undefined) continue;
    process.kill(node, "SIGKILL");
    killed += 1;
  }
}

/** Waits until the module answers. Throws where it takes too long. */
async function decides(victim: SynapseVictim): Promise<void> {
  const until = performance.now() + DECIDES_MS;
  while ((await victim.upload(MAX_BYTES + 1)) !== 413) {
    if (performance.now() > until) throw new Error("Node did not come back");
    await wait(50);
  }
}

function isVerdict({ bytes, status }: Answered): boolean {
  return status === (bytes > MAX_BYTES ? 413 : 200);
}
