import type { WireAnswer } from "../../http/exchange.ts";
import { toWire } from "../wire.ts";
import { expectAnswer, type Turn } from "../turn.ts";
import { WireClient } from "../wire-client.ts";

const CLIENTS = 150;

/** As many clients at once as there may not be connections to the homeserver. */
export const rushes: Turn = {
  name: "rush",
  weight: 0.5,
  async make({ port, requests, isGuard }) {
    const clients = await Promise.all(Array.from({ length: CLIENTS }, () => WireClient.open(port)));
    await Promise.all(
      clients.map(async (client) => {
        const draft = requests.chance(0.5) ? requests.upload("alice", 9_000) : requests.withoutBody();
        const check = (answer: WireAnswer) => (isGuard && isPutOff(answer) ? undefined : draft.check(answer));
        try {
          void client.send(toWire(draft).bytes);
          await expectAnswer(client, { ...draft, check });
        } finally {
          client.leave();
        }
      }),
    );
    return CLIENTS;
  },
};

/** Whether the request waited in vain for one of the connections to Synapse, which are few. */
function isPutOff({ status, headers }: WireAnswer): boolean {
  return status === 503 && headers.has("retry-after");
}
