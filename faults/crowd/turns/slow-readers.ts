import { setTimeout as wait } from "node:timers/promises";
import { toWire } from "../wire.ts";
import { expectAnswer, type Turn } from "../turn.ts";
import { WireClient } from "../wire-client.ts";

/** Clients that take large media, or many small ones, slowly: some until they have them, some for a while. */
export const slowReaders: Turn = {
  name: "slow reader",
  weight: 3,
  async make({ port, requests }) {
    const drafts = requests.pick([
      () => [requests.download(requests.pick(requests.shelf.large))],
      () => Array.from({ length: 3 }, () => requests.download(requests.pick(requests.shelf.large))),
      () => Array.from({ length: 60 }, () => requests.any()),
    ])();
    const client = await WireClient.open(port);
    const pauseMs = requests.below(8);
    let patience = requests.pick([5, 50, 10_000]);
    const isPatient = patience === 10_000;
    if (!isPatient) for (const { told } of drafts) if (told.fate === "whole") told.fate = "maybe";
    client.delay = async () => {
      await wait(pauseMs);
      patience -= 1;
      if (patience === 0) client.leave();
    };
    void client.send(Buffer.concat(drafts.map((draft) => toWire(draft).bytes)));
    try {
      for (const draft of drafts) await expectAnswer(client, draft);
    } catch (error) {
      if (isPatient) throw error;
    } finally {
      client.leave();
    }
    return drafts.length;
  },
};
