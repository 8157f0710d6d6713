import type { IncomingMessage, ServerResponse } from "node:http";

/**
 * Ends an answer whose head is written, with its last text. Where the connection closes with it, the end waits until
 * the client has sent all of its body, which the caller reads or throws away: otherwise the client would see a reset
 * and not the answer.
 */
export async function finishAfterBody(req: IncomingMessage, res: ServerResponse, text?: Buffer): Promise<void> {
  if (req.complete || req.destroyed || res.shouldKeepAlive) {
    res.end(text);
    return;
  }
  if (text) res.write(text);
  await new Promise<void>((resolve) => {
    const finish = () => {
      res.end();
      resolve();
    };
    req.once("end", finish).once("close", finish);
  });
}
