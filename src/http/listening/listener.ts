import type { Server } from "node:http";
import type { Socket } from "node:net";
import type { Express } from "express";
import { createServer, IncomingMessage, ServerResponse } from "../../util/http/node-http.ts";
import { listenOnSocket } from "../../util/sockets/private-socket.ts";
import { removeSocket } from "../../util/sockets/remove-socket.ts";
import { recordOf } from "../record/request-record.ts";
import { withRequestId, type AnswerHeaders } from "../record/request-id.ts";
import { describeListenError, isPathTaken, type BindAddress } from "./free-address.ts";
import { answerParserErrors } from "./parser-errors.ts";
import { turnsOf } from "../request-turns.ts";
import type { Route } from "../routes/route.ts";
import { closeTunnels } from "./tunnels.ts";

/** Where to listen: an address, or a socket that listens already, systemd's, which outlives this process. */
export type ListenAddress = BindAddress | { readonly descriptor: number };

/** What a server serves: an application, and its routes. */
export interface Served {
  readonly app: Express;
  readonly routes: readonly Route[];
  /** An answer is aborted once its client has taken no data for this long. */
  readonly answerIdleTimeoutMs: number;
}

/**
 * How many connections may wait to be accepted, where the system allows it. Beyond that, the system drops attempts to
 * connect, and clients repeat them after 1, 3, 7 … s: a rush that does not fit into Node's own 511 would delay clients
 * for a minute.
 */
const BACKLOG = 4096;

/** A server, not yet listening. Each request is served by the application that is current when it arrives. */
export function createHttpServer(current: () => Served): Server {
  const { adopt, ...classes } = messageClasses(current().app);
  const serve = (req: IncomingMessage, res: ServerResponse) => {
    // What applies to new connections, and to new requests on open ones.
    server.timeout = current().answerIdleTimeoutMs;
    req.url = toOriginForm(req.url ?? "/");
    turnsOf(req.socket).take({ req, res }, () => void adopt(current().app)(req, res));
  };
  const server = createServer(
    {
      ...classes,
      keepAliveTimeout: 75_000,
      // Two chunks of a large body: with less, the socket is stopped and started for each chunk.
      highWaterMark: 128 * 1024,
      // A body that keeps arriving may take as long as it needs; the code that reads it ends one that stalls.
      requestTimeout: 0,
      headersTimeout: 60_000,
      // Without a limit, a request that may take as long as it needs would wait forever for a client that vanished
      // silently.
      keepAlive: true,
      keepAliveInitialDelay: 60_000,
      // The application refuses such a request: Node would answer without CORS headers and without a body.
      requireHostHeader: false,
    },
    serve,
  );
  // No limit: beyond the first thousand header lines, Node would hide a length that its parser uses. The application
  // counts the lines.
  server.maxHeadersCount = 0;
  server.on("checkContinue", serve);
  // Other expectations are ignored, as RFC 9110 allows: Node would answer without CORS headers and without a body.
  server.on("checkExpectation", serve);
  server.timeout = current().answerIdleTimeoutMs;
  server.on("timeout", endIdleConnection);
  server.on("connection", (socket: Socket) => {
    // Node remembers an address once it was asked for. A client that resets the connection takes the address with it,
    // and its request would seem to come from this machine.
    if (socket.remoteAddress === undefined && isTcp(server)) socket.destroy();
  });
  answerParserErrors(server, () => current().routes);
  return server;
}

/** Whether its clients have addresses. A Unix socket that was inherited has no name that Node knows. */
function isTcp(server: Server): boolean {
  const address = server.address();
  return typeof address === "object" && address !== null;
}

/** No data has been sent or received for the time that an answer, or a keep-alive connection, may take. */
function endIdleConnection(socket: Socket): void {
  const { isServing, latest } = turnsOf(socket);
  // While a request is being worked on, the silence is not the client's fault. A connection without a request has a
  // time limit of its own.
  if (isServing ? socket.writableLength > 0 : latest !== undefined) socket.destroy();
}

/**
 * The target without scheme and host, which clients send to a proxy. Literally: the path that is checked and the path
 * that is passed on must be the same, and parsing it as a URL would resolve its dots.
 */
function toOriginForm(target: string): string {
  // A request target has no fragment: the `#` is part of a name that no file has, and Express would cut it off.
  const whole = target.includes("#") ? target.replaceAll("#", "%23") : target;
  const [authority] = /^[a-z][a-z0-9+.-]*:\/\/[^/?#\\]*/i.exec(whole) ?? [];
  if (authority === undefined) return whole;
  const rest = whole.slice(authority.length);
  return rest.startsWith("/") ? rest : `/${rest}`;
}

/** How often idle connections are closed while a server ends. */
const SWEEP_MS = 50;

/** Stops accepting connections, lets requests under way end within the grace period, then closes their connections. */
export async function closeServer(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
  server.closeIdleConnections();
  // Without this, a connection whose last request ends now would be kept for a next one.
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
  const timer = setTimeout(() => {
    server.closeAllConnections();
    closeTunnels(server);
  }, graceMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(timer);
}

/** Binds the server; rejects with a StartError that names the address and the remedy. */
export async function listen(server: Server, address: ListenAddress): Promise<void> {
  try {
    await bind(server, address);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EADDRINUSE" || !("path" in address) || (await isPathTaken(address.path))) {
      throw describeListenError(error as NodeJS.ErrnoException, address, "media_bridge.listen");
    }
    // A socket without a listener was left by a process that was killed.
    removeSocket(address.path);
    await bind(server, address);
  }
}

async function bind(server: Server, address: ListenAddress): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    const bound = () => {
      server.off("error", reject);
      resolve();
    };
    if ("descriptor" in address) server.listen({ fd: address.descriptor, backlog: BACKLOG }, bound);
    else if (!("path" in address)) server.listen({ ...address, backlog: BACKLOG }, bound);
    else listenOnSocket(server, { path: address.path, backlog: BACKLOG }, { mode: address.mode, listening: bound });
  });
}

/**
 * Express changes the prototypes of request and response for each request, which costs more than the rest of a small
 * one. Objects that are created with the right prototypes cost nothing. (Classes: V8 makes a new map for every object
 * that `Reflect.construct` builds on a plain function's prototype.)
 */
function messageClasses(app: Express) {
  class AppRequest extends IncomingMessage {}
  class AppResponse<Request extends IncomingMessage = IncomingMessage> extends ServerResponse<Request> {
    /** Every answer names its request, whatever code writes it. */
    override writeHead(status: number, reason?: string | AnswerHeaders, headers?: AnswerHeaders): this {
      const id = recordOf(this)?.id;
      const given = typeof reason === "string" ? headers : (reason ?? headers);
      const named = id === undefined ? given : withRequestId(given, id);
      return typeof reason === "string" ? super.writeHead(status, reason, named) : super.writeHead(status, named);
    }
  }
  Object.setPrototypeOf(AppRequest.prototype, app.request);
  Object.setPrototypeOf(AppResponse.prototype, app.response);
  const prototypes = { request: AppRequest.prototype, response: AppResponse.prototype };
  /** Later applications reuse the prototypes that the first one has made. */
  const adopt = (next: Express) => (next.request === prototypes.request ? next : Object.assign(next, prototypes));
  adopt(app);
  return { IncomingMessage: AppRequest, ServerResponse: AppResponse, adopt };
}
