import { request, type Agent, type ClientRequest, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import type { Question } from "./family.ts";
import { tokenOf } from "./users.ts";

/** What a client is answered. */
export interface Answer {
  /** 100 where the service is ready to take the body that was announced. */
  readonly status: number;
  /** As it came, but for the ids of media, which differ by nature. */
  readonly body: string;
}

/** Asks a service over HTTP. Rejects where it gives no answer. */
export function ask(service: string, question: Question, agent: Agent): Promise<Answer> {
  const isUpload = question.kind === "upload";
  const path = isUpload ? "/_matrix/media/v3/upload" : "/_matrix/client/v1/media/config";
  return new Promise((resolve, reject) => {
    const sent = request(service + path, {
      agent,
      method: isUpload ? "POST" : "GET",
      headers: { Authorization: `Bearer ${tokenOf(question.userId)}`, ...(isUpload && headersOf(question)) },
    });
    sent.on("error", reject);
    sent.on("continue", () => {
      resolve({ status: 100, body: "" });
      sent.destroy();
    });
    sent.on("response", (response) => void readAnswer(response, sent, question).then(resolve, reject));
    send(sent, question);
  });
}

function headersOf({ content, announced, isChunked = false }: Question): Record<string, string> {
  const type = { "Content-Type": "application/octet-stream" };
  if (announced !== undefined) return { ...type, "Content-Length": String(announced), Expect: "100-continue" };
  if (isChunked) return { ...type, "Transfer-Encoding": "chunked" };
  return { ...type, "Content-Length": String(content?.length ?? 0) };
}

function send(sent: ClientRequest, { content, announced }: Question): void {
  if (announced === undefined) sent.end(content);
  else sent.flushHeaders();
}

async function readAnswer(response: IncomingMessage, sent: ClientRequest, { announced }: Question): Promise<Answer> {
  const body = await text(response);
  // Its body will not come.
  if (announced !== undefined) sent.destroy();
  return { status: response.statusCode ?? 0, body: body.replaceAll(/mxc:\/\/[^"]+/g, "mxc://…") };
}
