import { EventEmitter, once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { portOf } from "../../http/support/bodies.ts";

/** A request as Synapse got it. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly rawHeaders: readonly string[];
  readonly chunks: Buffer[];
  /** What has arrived of its body so far. */
  readonly body: Buffer;
  /** How its body ended, once it has. */
  end: "whole" | "broken" | undefined;
}

export interface StoredMedia {
  readonly mediaId: string;
  readonly userId: string;
  readonly bytes: number;
  readonly createdTs: number;
}

export type Behaviour = (req: IncomingMessage, res: ServerResponse, seen: SeenRequest) => void;

/** A Synapse with its media repository on, over real HTTP, that misbehaves as a test wants. */
export class StubSynapse {
  readonly requests: SeenRequest[] = [];
  /** What it has stored, oldest first. */
  readonly stored: StoredMedia[] = [];
  /** What the next requests meet; by default, what Synapse does. */
  behave: Behaviour = this.likeSynapse.bind(this);
  readonly #events = new EventEmitter().setMaxListeners(0);
  readonly #server = createServer((req, res) => this.#serve(req, res));
  #lastId = 0;

  static async start(port = 0): Promise<StubSynapse> {
    const stub = new StubSynapse();
    await once(stub.#server.listen(port, "127.0.0.1"), "listening");
    return stub;
  }

  get port(): number {
    return portOf(this.#server);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Connections that are open. */
  get connections(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
    });
  }

  /** Uploads that arrived, whatever became of them. */
  get uploads(): SeenRequest[] {
    return this.requests.filter(({ method, url }) => method !== "GET" && url.includes("/upload"));
  }

  /** The first request, past or coming, of which this holds. */
  async seen(matches: (request: SeenRequest) => boolean): Promise<SeenRequest> {
    for (;;) {
      const found = this.requests.find(matches);
      if (found) return found;
      await once(this.#events, "change");
    }
  }

  /** Stores an upload of a user, at some time. */
  store(userId: string, bytes: number, createdTs = Date.now()): string {
    const mediaId = `SynapseMedia${++this.#lastId}`;
    this.stored.push({ mediaId, userId, bytes, createdTs });
    return mediaId;
  }

  /** What Synapse does with a request for media. */
  likeSynapse(req: IncomingMessage, res: ServerResponse, seen: SeenRequest): void {
    const url = new URL(seen.url, this.url);
    if (url.pathname.endsWith("/account/whoami")) {
      const name = (req.headers.authorization ?? "").replace("Bearer token-of-", "");
      return sendJson(res, 200, { user_id: `@${name}:example.test`, is_guest: false });
    }
    if (url.pathname === "/_matrix/client/versions") return sendJson(res, 200, { versions: ["v1.11"] });
    const admin = /^\/_synapse\/admin\/v1\/users\/([^/]+)\/media$/.exec(url.pathname);
    if (admin) return sendJson(res, 200, this.#listMedia(decodeURIComponent(admin[1] ?? ""), url.searchParams));
    if (url.pathname === "/_synapse/admin/v1/statistics/users/media") {
      return sendJson(res, 200, this.#listUploaders(url.searchParams));
    }
    req.once("end", () => {
      const userId = `@${(req.headers.authorization ?? "").replace("Bearer token-of-", "")}:example.test`;
      if (req.method === "POST" && url.pathname.endsWith("/upload")) {
        sendJson(res, 200, { content_uri: `mxc://example.test/${this.store(userId, seen.body.length)}` });
      } else if (req.method === "PUT") {
        const mediaId = url.pathname.split("/").at(-1) ?? "";
        this.stored.push({ mediaId, userId, bytes: seen.body.length, createdTs: Date.now() });
        sendJson(res, 200, {});
      } else if (url.pathname.endsWith("/create")) {
        sendJson(res, 200, { content_uri: `mxc://example.test/Created${++this.#lastId}`, unused_expires_at: 9e12 });
      } else if (url.pathname.endsWith("/config")) {
        sendJson(res, 200, { "m.upload.size": 50 * 2 ** 20 });
      } else {
        sendJson(res, 404, { errcode: "M_UNRECOGNIZED", error: "Unrecognized request" });
      }
    });
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(req: IncomingMessage, res: ServerResponse): void {
    const seen: SeenRequest = {
      method: req.method ?? "",
      url: req.url ?? "",
      headers: req.headers,
      rawHeaders: req.rawHeaders,
      chunks: [],
      get body() {
        return Buffer.concat(this.chunks);
      },
      end: undefined,
    };
    const note = (change: () => unknown) => () => {
      change();
      this.#events.emit("change");
    };
    this.requests.push(seen);
    this.#events.emit("change");
    req.once(
      "end",
      note(() => (seen.end = "whole")),
    );
    req.once(
      "close",
      note(() => (seen.end ??= "broken")),
    );
    req.on("error", () => undefined);
    res.on("error", () => undefined);
    this.behave(req, res, seen);
    req.on("data", (chunk: Buffer) => note(() => seen.chunks.push(chunk))());
  }

  #listMedia(userId: string, query: URLSearchParams): object {
    const from = Number(query.get("from"));
    const limit = Number(query.get("limit"));
    const own = this.stored
      .filter((media) => media.userId === userId)
      .toSorted((a, b) => (query.get("dir") === "b" ? b.createdTs - a.createdTs : a.createdTs - b.createdTs));
    const media = own.slice(from, from + limit).map(({ mediaId, bytes, createdTs }) => ({
      media_id: mediaId,
      media_length: bytes,
      created_ts: createdTs,
    }));
    const more = from + limit < own.length;
    return { media, total: own.length, ...(more && { next_token: from + limit }) };
  }

  #listUploaders(query: URLSearchParams): object {
    const from = Number(query.get("from"));
    const limit = Number(query.get("limit"));
    const all = [...new Set(this.stored.map(({ userId }) => userId))].toSorted();
    const users = all.slice(from, from + limit).map((user_id) => ({ user_id }));
    return { users, total: all.length, ...(from + limit < all.length && { next_token: from + limit }) };
  }
}

export function sendJson(
  res: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  const text = JSON.stringify(body);
  const length = Buffer.byteLength(text);
  res.writeHead(status, { "Content-Type": "application/json", "Content-Length": length, ...headers }).end(text);
}

/** Answers with a status once the whole body is there. */
export function answers(status: number, body: unknown, headers: Record<string, string> = {}): Behaviour {
  return (req, res) => void req.once("end", () => sendJson(res, status, body, headers));
}
