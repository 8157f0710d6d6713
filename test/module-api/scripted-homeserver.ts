import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { urlOf } from "../homeserver/stub-homeserver.ts";

/** What a path answers: a status and a JSON body, or whatever a test makes of the request. */
export type Scripted = readonly [number, unknown] | ((req: IncomingMessage, res: ServerResponse) => void);

/** A homeserver that answers by a script and notes what it is asked. */
export interface ScriptedHomeserver {
  readonly url: string;
  /** `GET /path?query` → the answer. Every other request: 404 `M_UNRECOGNIZED`. `*` answers everything. */
  script: Readonly<Record<string, Scripted>>;
  /** `<token> GET /path?query body`, in order, without whoami. Transaction ids read `TXN`. */
  readonly asked: string[];
  stop(): Promise<void>;
}

const WHOAMI = "/_matrix/client/v3/account/whoami";

/** `owner` is whom whoami names. */
export async function startScriptedHomeserver(owner = "@alice:example.test"): Promise<ScriptedHomeserver> {
  const answer = async (req: IncomingMessage, res: ServerResponse) => {
    const url = req.url ?? "";
    if (url.startsWith(WHOAMI)) return sendJson(res, 200, { user_id: owner });
    const body = await text(req);
    const place = `${req.method} ${url.replaceAll(/media-bridge-[0-9a-f-]{36}/g, "TXN")}`;
    const token = req.headers.authorization?.replace("Bearer ", "") ?? "anonymous";
    homeserver.asked.push([token, place, ...(body === "" ? [] : [body])].join(" "));
    const scripted = homeserver.script["*"] ?? homeserver.script[place];
    if (typeof scripted === "function") return scripted(req, res);
    const [status, value] = scripted ?? [404, { errcode: "M_UNRECOGNIZED", error: "Unrecognized request" }];
    sendJson(res, status, value);
  };
  const server = createServer((req, res) => void answer(req, res));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const homeserver: ScriptedHomeserver = {
    url: urlOf(server),
    script: {},
    asked: [],
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return homeserver;
}

function sendJson(res: ServerResponse, status: number, value: unknown): void {
  res.writeHead(status, { "Content-Type": "application/json" });
  res.end(typeof value === "string" ? value : JSON.stringify(value));
}
