import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";

/** A request that a module has sent. */
export interface JsonRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** What came as JSON, or as a form. */
  readonly body: unknown;
}

export interface JsonAnswer {
  readonly status?: number;
  /** Sent as JSON; a text is sent as it is. */
  readonly body: unknown;
}

/** A service of others that a module asks, such as an antispam server. */
export interface JsonServer {
  readonly url: string;
  /** What it was asked, oldest first. */
  readonly requests: readonly JsonRequest[];
  stop(): Promise<void>;
}

/** Starts one on this machine, on a port that the system chose. */
export async function startJsonServer(answer: (request: JsonRequest) => JsonAnswer): Promise<JsonServer> {
  const requests: JsonRequest[] = [];
  const respond = async (incoming: IncomingMessage, response: ServerResponse) => {
    const { method = "", url: path = "", headers } = incoming;
    const request = { method, path, headers, body: parseBody(await text(incoming), headers["content-type"]) };
    requests.push(request);
    const { status = 200, body } = answer(request);
    response.writeHead(status, { "Content-Type": "application/json" });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  };
  const server = createServer((incoming, response) => void respond(incoming, response));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the server has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

function parseBody(body: string, type = ""): unknown {
  if (type.startsWith("application/x-www-form-urlencoded")) return Object.fromEntries(new URLSearchParams(body));
  return body === "" ? undefined : JSON.parse(body);
}
