import { SERVER_NAME } from "../../support/folder.ts";
import type { Draft } from "../requests.ts";
import { toWire } from "../wire.ts";
import { expectAnswer, type Turn } from "../turn.ts";
import { WireClient } from "../wire-client.ts";

/**
 * Clients as they should be, who must not notice the others: one request after the other, and uploads to ids made
 * before.
 */
export const orderly: Turn = {
  name: "orderly client",
  weight: 15,
  async make({ port, requests }) {
    const client = await WireClient.open(port);
    const ask = (draft: Draft) => {
      void client.send(toWire(draft).bytes);
      return expectAnswer(client, draft);
    };
    try {
      const { body } = await ask(requests.create("alice"));
      const id = new RegExp(`mxc://${SERVER_NAME}/(\\w+)`).exec(body)?.[1] ?? "";
      await ask(requests.put("alice", id, 40 + requests.below(20_000)));
      for (let count = 0; count < 3; count += 1) await ask(requests.any());
      client.finish();
      await client.expectEnd();
    } finally {
      client.leave();
    }
    return 5;
  },
};
