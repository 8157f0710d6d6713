import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { Server } from "node:net";

export type Answer = (res: ServerResponse, req: IncomingMessage) => void;

export interface SeenRequest {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

/** A homeserver over real HTTP that answers what a test wants. */
export interface StubHomeserver {
  readonly url: string;
  /** All but the questions for its versions. */
  readonly requests: SeenRequest[];
  /** The questions for its versions. */
  readonly probes: SeenRequest[];
  connections: number;
  /** What the next requests are answered with. */
  answer: Answer;
  /** What questions for its versions are answered with; as all others, where that is not set. */
  versions: Answer | undefined;
  stop(): Promise<void>;
}

export async function startStubHomeserver(
  answer: Answer = json(200, { user_id: "@alice:hs.test" }),
): Promise<StubHomeserver> {
  const server = createServer((req, res) => {
    const isProbe = req.url?.endsWith("/_matrix/client/versions") === true;
    (isProbe ? stub.probes : stub.requests).push({ method: req.method, url: req.url, headers: req.headers });
    (isProbe ? (stub.versions ?? stub.answer) : stub.answer)(res, req);
  });
  server.on("connection", () => (stub.connections += 1));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const stub: StubHomeserver = {
    url: urlOf(server),
    requests: [],
    probes: [],
    connections: 0,
    answer,
    versions: undefined,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return stub;
}

/** The URL of a server that listens on a TCP port. */
export function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return `http://127.0.0.1:${address.port}`;
}

/** An answer with a JSON body; a text is sent as it is. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return (res) => {
    res.writeHead(status, { "Content-Type": "application/json", ...headers });
    res.end(typeof body === "string" ? body : JSON.stringify(body));
  };
}
