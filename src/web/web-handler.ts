import type { IncomingMessage, ServerResponse } from "node:http";

/** A request to a web resource of a TypeScript module. */
export interface WebRequest extends IncomingMessage {
  /** The part after the registered path, query included; `/` where there is none. */
  url: string;
  /** The whole target, as the client sent it. */
  readonly originalUrl: string;
  /** The registered path. */
  readonly baseUrl: string;
}

/** Passes a request on: without an error, it is answered 404 `M_UNRECOGNIZED`. */
export type WebNext = (error?: unknown) => void;

/**
 * Answers requests: a function, an Express `Router`, or any other handler of connect's form. What it throws, or rejects
 * with, is the answer where it is a `MatrixError`, and otherwise 500 with the reason in the log.
 */
export type WebHandler = {
  // A method, so that handlers with request and response classes of their own, such as Express's, fit in.
  handle(request: WebRequest, response: ServerResponse, next: WebNext): unknown;
}["handle"];
