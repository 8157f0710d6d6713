import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { StartError } from "../errors.ts";
import type { Logger } from "../util/log.ts";
import { createServer } from "../util/http/node-http.ts";
import { listenOnSocket } from "../util/sockets/private-socket.ts";
import { removeSocket } from "../util/sockets/remove-socket.ts";

/** What the service does on a command. A {@link StartError}'s message is shown to the operator. */
export type ControlHandlers = Readonly<Record<string, (params: unknown) => Promise<unknown>>>;

const MAX_BODY_BYTES = 1024 * 1024;

/**
 * Listens on the control socket, for the service's own user alone: `POST /<command>`, JSON both ways, in a
 * folder that is there. Rejects with a StartError `LISTEN` where the socket cannot be made.
 */
export async function listenForControl(path: string, handlers: ControlHandlers, log: Logger): Promise<Server> {
  // The caller has the data path for itself: a socket that is there was left by a service that was killed.
  removeSocket(path);
  const server = createServer((request, response) => {
    void answer(request, handlers, log).then(([status, body]) => reply(response, status, body));
  });
  await new Promise<void>((resolve, reject) => {
    const fail = (error: Error) => {
      const message = `the control socket ${path} cannot be created: ${error.message}`;
      reject(new StartError("LISTEN", message, { cause: error }));
    };
    server.once("error", fail);
    const listening = () => {
      server.off("error", fail);
      resolve();
    };
    listenOnSocket(server, { path }, { mode: 0o600, listening });
  });
  return server;
}

async function answer(request: IncomingMessage, handlers: ControlHandlers, log: Logger): Promise<[number, object]> {
  const command = (request.url ?? "").slice(1);
  const handler = Object.hasOwn(handlers, command) ? handlers[command] : undefined;
  if (request.method !== "POST" || handler === undefined) return [404, { error: `there is no command ${command}` }];
  try {
    return [200, { result: (await handler(await readJson(request))) ?? null }];
  } catch (error) {
    if (error instanceof StartError) return [409, { error: error.message }];
    log.error({ err: error, command }, "a command on the control socket failed");
    return [500, { error: "the command failed; the service's log says why" }];
  }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new StartError("CONFIG", "the arguments are too long");
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch (error) {
    throw new StartError("CONFIG", "the arguments are not JSON", { cause: error });
  }
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "Content-Type": "application/json", Connection: "close" }).end(JSON.stringify(body));
}
