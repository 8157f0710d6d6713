import { toWire } from "../wire.ts";
import { expectAnswer, type Turn } from "../turn.ts";
import { WireClient, WrongAnswer } from "../wire-client.ts";

/** More header lines than these are refused. */
const MOST_LINES = 500;
const LINES = [40, 400, 499, 500, 501, 502, 999, 1_001, 1_010, 2_001, 2_500];
const FILLERS = ["te:", "a:b", "X-Y:", "Cookie:a"];

/** Requests of many header lines. The lines that say where the body ends are before, after or among them. */
export const headerFloods: Turn = {
  name: "header flood",
  weight: 20,
  async make({ port, requests }) {
    const draft = requests.chance(0.8) ? requests.withBody() : requests.withoutBody();
    const lines = requests.pick(LINES);
    const isTooMuch = lines > MOST_LINES;
    if (isTooMuch) draft.told.fate = "never";
    const framing = draft.framing === "none" ? 0 : 1;
    const count = lines - (draft.lines.length - 1) - framing;
    const fillers = Array.from({ length: count }, () => requests.pick(FILLERS));
    const at = requests.pick([0, count, requests.below(count)]);
    const wire = toWire(draft, { before: fillers.slice(0, at), after: fillers.slice(at) });
    const client = await WireClient.open(port);
    void client.send(wire.bytes);
    try {
      if (isTooMuch) {
        const answer = await client.next();
        draft.told.status = answer?.status ?? 0;
        if (answer?.status !== 431) throw new WrongAnswer(`${lines} lines, ${draft.name}: answered ${answer?.status}`);
        await client.expectEnd();
        return 1;
      }
      await expectAnswer(client, draft);
      // What was left of the body, or taken from it, would show now.
      const next = requests.health();
      void client.send(toWire(next).bytes);
      await expectAnswer(client, next);
      client.finish();
      await client.expectEnd();
      return 2;
    } finally {
      client.leave();
    }
  },
};
