import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { SERVER_NAME } from "../support/folder.ts";
import { type Announcements, bodyOf, type Told } from "./told.ts";

/** As long as Synapse keeps a connection, without announcing it: the service must end one first. */
const KEPT_MS = 60_000;
/** Headers that a request has once at most. */
const ONCE = ["host", "authorization", "content-length", "transfer-encoding"];

/**
 * A Synapse that keeps media and knows which requests clients make: whatever else reaches it, and every byte of a body
 * that its client did not send, is wrong.
 */
export class Witness {
  readonly wrong: string[] = [];
  /** By user, what it has stored. */
  readonly stored = new Map<string, number>();
  mostConnections = 0;
  readonly #announcements: Announcements;
  readonly #kept = new Map<string, Buffer>();
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer({ maxHeaderSize: 65_536, keepAliveTimeout: KEPT_MS }, (req, res) =>
    this.#serve(req, res),
  );

  private constructor(announcements: Announcements) {
    this.#announcements = announcements;
    this.#server.maxHeadersCount = 0;
    this.#server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
      this.mostConnections = Math.max(this.mostConnections, this.#sockets.size);
    });
    this.#server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
      // One that is broken off ends like this; who may break off is looked at where it is served.
      const isEnd = error.code === "ECONNRESET" || error.code === "EPIPE" || error.code === "HPE_INVALID_EOF_STATE";
      if (!isEnd) this.wrong.push(`bytes that are not a request: ${error.code}`);
      socket.destroy();
    });
  }

  static async start(announcements: Announcements): Promise<Witness> {
    const witness = new Witness(announcements);
    await once(witness.#server.listen(0, "127.0.0.1"), "listening");
    return witness;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** How many are open. */
  get connections(): number {
    return this.#sockets.size;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #serve(req: IncomingMessage, res: ServerResponse): void {
    const told = this.#announcements.find(req.url ?? "");
    const wrong = told === undefined ? "no client makes it" : this.#compare(req, told);
    if (told === undefined || wrong !== undefined) {
      this.wrong.push(`${req.method} ${req.url} by ${req.headers.authorization}: ${wrong}`);
      req.socket.destroy();
      return;
    }
    told.seen += 1;
    const pieces: Buffer[] = [];
    req.on("data", (piece: Buffer) => pieces.push(piece)).on("error", () => undefined);
    res.on("error", () => undefined);
    req.once("end", () => {
      const body = Buffer.concat(pieces);
      const problem = compareBody(body, told);
      if (problem === undefined) {
        told.isWhole = true;
        this.#answer(req, res, told, body);
      } else {
        this.wrong.push(`${req.method} ${req.url}: ${problem}`);
        req.socket.destroy();
      }
    });
    req.once("close", () => {
      if (told.fate === "whole" && !req.complete) this.wrong.push(`${req.method} ${req.url}: broken off`);
    });
  }

  #compare({ method, headers, rawHeaders }: IncomingMessage, told: Told): string | undefined {
    if (told.fate === "never") return "it was to be refused";
    if (told.seen > 0) return "it comes again";
    if (method !== told.method) return `it was ${told.method}`;
    const token = told.user === undefined ? undefined : `Bearer token-of-${told.user}`;
    if (headers.authorization !== token) return `the token was ${token}`;
    const names = rawHeaders.filter((_value, index) => index % 2 === 0).map((name) => name.toLowerCase());
    const twice = ONCE.find((name) => names.indexOf(name) !== names.lastIndexOf(name));
    return twice && `it has ${twice} twice`;
  }

  #answer(req: IncomingMessage, res: ServerResponse, told: Told, body: Buffer): void {
    const { pathname } = new URL(req.url ?? "/", this.url);
    const mediaId = pathname.split("/").at(-1) ?? "";
    res.setHeader("X-Nonce", told.nonce);
    if (told.isUpload) {
      const id = req.method === "PUT" ? mediaId : `Media${told.nonce}`;
      this.stored.set(told.user ?? "", (this.stored.get(told.user ?? "") ?? 0) + body.length);
      // What clients download later says so by its first letter.
      if (body[0] === KEPT_MARK) this.#kept.set(id, body);
      send(res, told, 200, JSON.stringify({ content_uri: `mxc://${SERVER_NAME}/${id}` }));
    } else if (pathname.endsWith("/create")) {
      const uri = `mxc://${SERVER_NAME}/Created${told.nonce}`;
      send(res, told, 200, JSON.stringify({ content_uri: uri, unused_expires_at: Date.now() + 86_400_000 }));
    } else {
      const media = this.#kept.get(mediaId);
      if (media) send(res, told, 200, media);
      else send(res, told, 404, JSON.stringify({ errcode: "M_NOT_FOUND", error: "Not found" }));
    }
  }
}

const KEPT_MARK = "K".charCodeAt(0);

/** In both ways in which a body may travel. */
function send(res: ServerResponse, { nonce }: Told, status: number, body: string | Buffer): void {
  const bytes = Buffer.from(body);
  res.writeHead(status, {
    "Content-Type": "application/json",
    "Access-Control-Allow-Origin": "*",
    Connection: "keep-alive",
    ...(nonce % 2 === 0 && { "Content-Length": bytes.length }),
  });
  if (nonce % 2 !== 0) res.write(bytes.subarray(0, 1));
  res.end(nonce % 2 === 0 ? bytes : bytes.subarray(1));
}

function compareBody(body: Buffer, told: Told): string | undefined {
  const wanted = told.body === undefined ? Buffer.alloc(0) : bodyOf(told.nonce, told.body);
  if (!body.equals(wanted)) return `${body.length} bytes came, which are not the ${wanted.length} that were sent`;
  return told.fate === "broken" ? "it came whole, though its client broke off" : undefined;
}
