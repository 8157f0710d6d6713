import { createServer, IncomingMessage, ServerResponse, type Server } from "node:http";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import type { Express } from "express";
import { CATALOGUE, matrixError, StartError, type ErrorCode } from "../errors.ts";
import { CORS_HEADERS, errorText } from "./respond.ts";

export type ListenAddress = { readonly host: string; readonly port: number } | { readonly path: string };

/** A server for the application, not yet listening. */
export function createHttpServer(app: Express, knownPaths: readonly RegExp[]): Server {
  const server = createServer(
    {
      // Express sets the prototypes of request and response anew for each request, which costs more than the rest of a
      // small one; where they are what it wants from the start, that is nothing.
      IncomingMessage: withPrototype(IncomingMessage, app.request),
      ServerResponse: withPrototype(ServerResponse, app.response),
      keepAliveTimeout: 75_000,
      // A body that flows may take as long as it needs; one that stalls is ended by who reads it.
      requestTimeout: 0,
      headersTimeout: 60_000,
    },
    app,
  );
  server.on("checkContinue", app);
  server.on("clientError", (error: NodeJS.ErrnoException & { rawPacket?: Buffer }, socket: Socket) => {
    if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
    answerUnparsed(socket, codeOfParserError(error, knownPaths));
  });
  return server;
}

/** Binds the server; rejects with a {@link StartError} that names the address and the remedy. */
export async function listen(server: Server, address: ListenAddress): Promise<void> {
  try {
    await bind(server, address);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EADDRINUSE" || !("path" in address) || (await answers(address.path))) {
      throw describeListenError(error as NodeJS.ErrnoException, address);
    }
    // A socket that nobody answers on was left by a process that was killed.
    rmSync(address.path);
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
    if ("path" in address) server.listen({ path: address.path, readableAll: true, writableAll: true }, bound);
    else server.listen(address.port, address.host, bound);
  });
}

async function answers(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, "connect");
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ECONNREFUSED";
  } finally {
    socket.destroy();
  }
}

function describeListenError(error: NodeJS.ErrnoException, address: ListenAddress): StartError {
  const place = "path" in address ? address.path : `${address.host}:${address.port}`;
  const reasons: Record<string, string> = {
    EADDRINUSE: "it is in use by another process; stop that one or choose another in media_bridge.listen",
    EACCES: "this user may not bind it; choose another in media_bridge.listen",
    EADDRNOTAVAIL: "this machine has no such address; choose another in media_bridge.listen",
  };
  return new StartError("LISTEN", `cannot listen on ${place}: ${reasons[error.code ?? ""] ?? error.message}`, {
    cause: error,
  });
}

type Constructor<T> = new (...args: never[]) => T;

function withPrototype<T extends object>(base: Constructor<T>, prototype: object): never {
  function Derived(this: unknown, ...args: unknown[]): T {
    return Reflect.construct(base, args, Derived) as T;
  }
  Derived.prototype = prototype;
  return Derived as unknown as never;
}

/** What Node's parser refused never becomes a request; it is answered in Matrix form all the same. */
function codeOfParserError(
  error: { code?: string | undefined; rawPacket?: Buffer },
  knownPaths: readonly RegExp[],
): ErrorCode {
  if (error.code === "HPE_HEADER_OVERFLOW") return "HEADERS_TOO_LARGE";
  if (error.code !== "HPE_INVALID_METHOD") return "BAD_REQUEST";
  const target = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+ (\/[^\s?]*)/.exec(error.rawPacket?.toString("latin1") ?? "")?.[1];
  if (target === undefined) return "BAD_REQUEST";
  return knownPaths.some((path) => path.test(target)) ? "METHOD_NOT_ALLOWED" : "UNRECOGNIZED";
}

function answerUnparsed(socket: Socket, code: ErrorCode): void {
  const text = errorText(matrixError(code));
  const headers = { ...CORS_HEADERS, "Content-Type": "application/json", "Content-Length": Buffer.byteLength(text) };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${CATALOGUE[code][0]} Refused\r\n${lines.join("")}Connection: close\r\n\r\n${text}`);
}
