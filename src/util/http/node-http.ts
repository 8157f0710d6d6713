import type * as http from "node:http";

/**
 * What the service uses of `node:http`. An `import` of that module, of any of its names, makes Node load all of them;
 * for `WebSocket` Node loads a second HTTP client, which takes 6 MB and a tenth of a start. Types may be imported from
 * `node:http` itself.
 */
export const { Agent, createServer, IncomingMessage, request, ServerResponse, STATUS_CODES }: typeof http =
  process.getBuiltinModule("node:http");

/** The types of the two classes, under the same names. */
export type IncomingMessage = http.IncomingMessage;
export type ServerResponse<Request extends IncomingMessage = IncomingMessage> = http.ServerResponse<Request>;
