import { toWire } from "../wire.ts";
import type { Turn } from "../turn.ts";
import { WireClient, WrongAnswer } from "../wire-client.ts";

/**
 * Clients that end their side of the connection and wait for an answer. Within a head or a body they get a 400. After
 * whole requests they count as gone, as with Synapse, because they look like clients that have left. Answers that still
 * come must be theirs.
 */
export const halfCloses: Turn = {
  name: "half-close",
  weight: 15,
  make: ({ port, requests }) =>
    requests.pick([
      async () => {
        const drafts = Array.from({ length: 1 + requests.below(3) }, () => requests.any());
        for (const { told } of drafts) if (told.fate === "whole") told.fate = "maybe";
        const client = await WireClient.open(port);
        try {
          void client.send(Buffer.concat(drafts.map((draft) => toWire(draft).bytes)));
          client.finish();
          for (const draft of drafts) {
            const answer = await client.next();
            if (answer === undefined) break;
            const wrong = draft.check(answer);
            if (wrong !== undefined) throw new WrongAnswer(`${draft.name}: ${wrong}`);
          }
          await client.expectEnd();
        } finally {
          client.leave();
        }
        return drafts.length;
      },
      async () => {
        const draft = requests.any();
        draft.told.fate = "never";
        const { bytes, headBytes } = toWire(draft);
        await expectRefusal(port, bytes.subarray(0, 1 + requests.below(headBytes - 1)), `the head of ${draft.name}`);
        return 1;
      },
      async () => {
        const draft = requests.upload(requests.pick(["alice", "bob"]), 100 + requests.below(90_000));
        draft.told.fate = "broken";
        const { bytes, headBytes } = toWire(draft);
        const end = headBytes + requests.below(bytes.length - headBytes);
        draft.told.status = 400;
        await expectRefusal(port, bytes.subarray(0, end), `${draft.framing} upload`, draft.told.user === "bob");
        return 1;
      },
    ])(),
};

async function expectRefusal(port: number, bytes: Buffer, what: string, isLimited = false): Promise<void> {
  const client = await WireClient.open(port);
  try {
    void client.send(bytes);
    client.finish();
    const answer = await client.next();
    const isRefused = answer?.status === 400 || (isLimited && answer?.status === 403);
    if (!isRefused) throw new WrongAnswer(`half of ${what}: ${answer?.status} ${answer?.body}`);
    await client.expectEnd();
  } finally {
    client.leave();
  }
}
