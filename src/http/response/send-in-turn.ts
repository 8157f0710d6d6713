import type { ServerResponse } from "node:http";
import { setImmediate } from "node:timers/promises";
import { Turns } from "../../util/concurrency/turns.ts";
import { sendJson } from "./json.ts";

const turns = new Turns(1);

/**
 * Answers with what may be long, as JSON, with the status 200. The text of a thousand entries takes milliseconds: of
 * answers that are ready together, one is sent in a turn of the event loop, and other requests come between them.
 */
export async function sendInTurn(res: ServerResponse, body: object): Promise<void> {
  await turns.take();
  try {
    sendJson(res, 200, JSON.stringify(body));
    await setImmediate();
  } finally {
    turns.pass();
  }
}
