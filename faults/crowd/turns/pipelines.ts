import { toWire } from "../wire.ts";
import { checkAnswer, cut, type Turn } from "../turn.ts";
import { CutShort, WireClient, WrongAnswer } from "../wire-client.ts";

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
    // What a client sends after it said that it would not may cost it what is still on its way to it: the system resets
    // the connection.
    const isOverstepping = closesAt < drafts.length - 1;
    const wires = drafts.map((draft, index) => {
      if (index > closesAt) draft.told.fate = "never";
      else if (isOverstepping && draft.told.fate === "whole") draft.told.fate = "maybe";
      return toWire(draft, { after: index === closesAt ? ["Connection: close"] : [] }).bytes;
    });
    if (last === "mistake") wires.push(MISTAKE);
    const client = await WireClient.open(port);
    try {
      void sendPieces(client, cut(Buffer.concat(wires), requests.pick([1, 1, 2, 9]), world));
      for (const draft of drafts.slice(0, closesAt + 1)) {
        const answer = await client.next().catch((error: unknown) => {
          if (isOverstepping && error instanceof CutShort) return undefined;
          throw error;
        });
        if (answer === undefined && isOverstepping) break;
        checkAnswer(draft, answer);
      }
      if (last === "mistake") {
        const answer = await client.next();
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
