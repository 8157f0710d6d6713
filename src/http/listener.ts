import { createServer, IncomingMessage, ServerResponse, type Server } from "node:http";
import { once } from "node:events";
import { lstatSync, rmSync } from "node:fs";
import { connect } from "node:net";
import type { Express } from "express";
import { StartError } from "../errors.ts";
import { answerParserErrors } from "./parser-errors.ts";

export type ListenAddress = { readonly host: string; readonly port: number } | { readonly path: string };

/** A server for the application, not yet listening. */
export function createHttpServer(app: Express, knownPaths: readonly RegExp[]): Server {
  const server = createServer(
    {
      ...messageClasses(app),
      keepAliveTimeout: 75_000,
      // Two chunks of a large body: with less, the socket is stopped and started for each of them.
      highWaterMark: 128 * 1024,
      // A body that flows may take as long as it needs; one that stalls is ended by who reads it.
      requestTimeout: 0,
      headersTimeout: 60_000,
    },
    app,
  );
  server.on("checkContinue", app);
  answerParserErrors(server, knownPaths);
  return server;
}

/** Binds the server; rejects with a {@link StartError} that names the address and the remedy. */
export async function listen(server: Server, address: ListenAddress): Promise<void> {
  try {
    await bind(server, address);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EADDRINUSE" || !("path" in address) || (await isTaken(address.path))) {
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

/** Whether somebody answers at a path; a file that is no socket is somebody's as well. */
async function isTaken(path: string): Promise<boolean> {
  if (!lstatSync(path).isSocket()) return true;
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
    EADDRINUSE: "it is in use; stop the process that has it, or choose another in media_bridge.listen",
    EACCES: "this user may not bind it; choose another in media_bridge.listen",
    EADDRNOTAVAIL: "this machine has no such address; choose another in media_bridge.listen",
  };
  return new StartError("LISTEN", `cannot listen on ${place}: ${reasons[error.code ?? ""] ?? error.message}`, {
    cause: error,
  });
}

/**
 * Express sets the prototypes of request and response anew for each request, which costs more than the rest of a small one.
 * Made with the right prototypes from the start, that is nothing. (Classes: V8 makes a new map for every object that
 * `Reflect.construct` builds on a plain function's prototype.)
 */
function messageClasses(app: Express) {
  class AppRequest extends IncomingMessage {}
  class AppResponse<Request extends IncomingMessage = IncomingMessage> extends ServerResponse<Request> {}
  Object.setPrototypeOf(AppRequest.prototype, app.request);
  Object.setPrototypeOf(AppResponse.prototype, app.response);
  Object.assign(app, { request: AppRequest.prototype, response: AppResponse.prototype });
  return { IncomingMessage: AppRequest, ServerResponse: AppResponse };
}
