import { SERVER_NAME } from "../../support/folder.ts";
import type { Draft } from "../requests.ts";
import { toWire } from "../wire.ts";
import type { Turn } from "../turn.ts";
import { WireClient } from "../wire-client.ts";
import type { World } from "../world.ts";

/**
 * Clients that leave, by a reset or not, at any time: within a request, after some, before, within and after answers.
 */
export const droppers: Turn = {
  name: "dropper",
  weight: 30,
  async make(world) {
    const { port, requests } = world;
    const drafts = Array.from({ length: requests.pick([1, 1, 2, 5, 40, 200]) }, () => requests.pick(KINDS)(world));
    const wires = drafts.map((draft) => toWire(draft));
    const whole = Buffer.concat(wires.map(({ bytes }) => bytes));
    const sentBytes = requests.chance(0.5) ? whole.length : requests.below(whole.length);
    let end = 0;
    for (const [index, { told }] of drafts.entries()) {
      end += wires[index]?.bytes.length ?? 0;
      if (told.fate === "whole") told.fate = end <= sentBytes ? "maybe" : "broken";
    }
    const client = await WireClient.open(port);
    const sent = client.send(whole.subarray(0, sentBytes));
    const [soon, first, some] = [0, 1, 2];
    const when = requests.pick([soon, first, some]);
    if (when === soon) await (requests.chance(0.5) ? sent : undefined);
    // Of a request that is not whole nothing comes.
    else if (when === first && sentBytes === whole.length) await client.glimpse().catch(() => undefined);
    else if (sentBytes === whole.length) await client.next().catch(() => undefined);
    if (requests.chance(0.7)) client.reset();
    else client.leave();
    return drafts.length;
  },
};

const KINDS: readonly ((world: World) => Draft)[] = [
  ({ requests }) => requests.any(),
  ({ requests }) => requests.health(),
  ({ requests }) => requests.upload("alice", 20_000),
  ({ requests }) => requests.download(requests.pick(requests.shelf.large)),
];

/** Media that is still to come, waited for by clients that leave. */
export const impatient: Turn = {
  name: "impatient",
  weight: 4,
  async make({ port, requests }) {
    const client = await WireClient.open(port);
    try {
      const create = requests.create("alice");
      void client.send(toWire(create).bytes);
      const answer = await client.next();
      const id = new RegExp(`mxc://${SERVER_NAME}/(\\w+)`).exec(answer?.body ?? "")?.[1] ?? "";
      const wait = requests.waiting(id);
      wait.told.fate = "maybe";
      await client.send(toWire(wait).bytes);
      if (requests.chance(0.5)) client.reset();
    } finally {
      client.leave();
    }
    return 2;
  },
};
