import { toWire } from "./wire.ts";
import { cut, expectAnswer, type Turn } from "./turn.ts";
import { WireClient, WrongAnswer } from "./wire-client.ts";

const MISTAKE = Buffer.from("what?\r\n\r\n");
const COUNTS = [2, 3, 5, 8, 13, 60];

/** Many requests at once over one connection: each has its answer, in their order, whatever comes last. */
export const pipelines: Turn = {
  name: "pipeline",
  weight: 30,
  async make(world) {
    const { port, requests } = world;
    const drafts = Array.from({ length: requests.pick(COUNTS) }, () => requests.any());
    const last = requests.pick(["end", "mistake", "close"] as const);
    const closesAt = last === "close" ? requests.below(drafts.length) : drafts.length;
    const wires = drafts.map((draft, index) => {
      if (index > closesAt) draft.told.fate = "never";
      return toWire(draft, { after: index === closesAt ? ["Connection: close"] : [] }).bytes;
    });
    if (last === "mistake") wires.push(MISTAKE);
    const client = await WireClient.open(port);
    try {
      void sendPieces(client, cut(Buffer.concat(wires), requests.pick([1, 1, 2, 9]), world));
      for (const draft of drafts.slice(0, closesAt + 1)) await expectAnswer(client, draft);
      if (last === "mistake") {
        const answer = await client.next();
        // One that refused a body half way has closed the connection by then.
        if (answer?.status !== 400) throw new WrongAnswer(`a mistake after ${drafts.length}: ${answer?.status}`);
      }
      if (last === "end") client.finish();
      await client.expectEnd();
      return drafts.length;
    } catch (error) {
      const names = drafts.map(({ name }) => name).join();
      throw error instanceof WrongAnswer ? new WrongAnswer(`${error.message} (of ${names}, ${last})`) : error;
    } finally {
      client.leave();
    }
  },
};

async function sendPieces(client: WireClient, pieces: readonly Buffer[]): Promise<void> {
  for (const piece of pieces) await client.send(piece);
}
