import { setTimeout as wait } from "node:timers/promises";
import { within } from "../../../src/util/concurrency/with-timeout.ts";
import { IDLE_MS, type World } from "../world.ts";
import { toWire } from "../wire.ts";
import { WireClient } from "../wire-client.ts";

const EACH = 5;
/** Often enough not to be idle, and next to nothing. */
const DRIP_MS = IDLE_MS / 5;
/** Answers that are not taken, and bodies that are not sent, are looked for from time to time. */
const LOOK_MS = 3 * IDLE_MS;
const PATIENCE_MS = 8 * IDLE_MS;

/** A client that takes or gives next to nothing, and how long it is kept: until the connection has ended. */
type Stall = (world: World, client: WireClient) => Promise<void>;

const STALLS: Readonly<Record<string, Stall>> = {
  async "an answer of which nothing is read"({ requests }, client) {
    const draft = requests.download(requests.pick(requests.shelf.large));
    draft.told.fate = "maybe";
    await client.send(toWire(draft).bytes);
    await client.goneAfter(LOOK_MS);
  },
  async "answers of which nothing is read"({ requests }, client) {
    const drafts = Array.from({ length: 10 }, () => requests.download(requests.pick(requests.shelf.large)));
    for (const { told } of drafts) told.fate = "maybe";
    await client.send(Buffer.concat(drafts.map((draft) => toWire(draft).bytes)));
    await client.goneAfter(LOOK_MS);
  },
  async "a refused body that drips"({ requests }, client) {
    // In chunks it would be refused at its end only, and until then it may take its time.
    const draft = { ...requests.upload("alice", 120_000), framing: "length" as const };
    const { bytes, headBytes } = toWire(draft);
    await drip(client, bytes, headBytes + 10);
  },
  async "an upload that stops"({ requests }, client) {
    const draft = requests.upload("alice", 50_000);
    draft.told.fate = "broken";
    const { bytes } = toWire(draft);
    await client.send(bytes.subarray(0, 20_000));
    await client.drained();
  },
};

/** Lets clients stall, and resolves to what is wrong with each: the service must end them, since they never go. */
export async function stall(world: World, count: (what: string, wrong: string | undefined) => void): Promise<void> {
  const stalls = Object.entries(STALLS).flatMap((entry) => Array.from({ length: EACH }, () => entry));
  await Promise.all(
    stalls.map(async ([name, make]) => {
      const client = await WireClient.open(world.port);
      const isOver = await within(
        make(world, client).then(() => true),
        PATIENCE_MS,
      );
      client.leave();
      count(name, isOver ? undefined : "it is never ended");
    }),
  );
}

async function drip(client: WireClient, bytes: Buffer, from: number): Promise<void> {
  void client.drained();
  await client.send(bytes.subarray(0, from));
  for (let at = from; at < bytes.length && !client.isGone; at += 1) {
    await client.send(bytes.subarray(at, at + 1));
    await wait(DRIP_MS);
  }
}
