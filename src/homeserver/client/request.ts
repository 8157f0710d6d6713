import type { Dispatcher } from "undici";
import { loadUndici } from "../../util/http/undici.ts";
import { HomeserverError } from "../homeserver-error.ts";
import { JsonAnswer } from "./json-answer.ts";
import { HomeserverNotConfigured, HomeserverRefusal } from "./refusal.ts";

/**
 * The authority of a call: the administrator's, a user's by way of the application service, or that of a given token.
 */
export type Authority = { readonly admin: true } | { readonly userId: string } | { readonly token: string };

/** One request to the homeserver. */
export interface HomeserverRequest {
  /** The name of the call, for messages. */
  readonly what: string;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** From `/_matrix` or `/_synapse` on, made by `pathOf`. */
  readonly path: string;
  readonly query?: readonly (readonly [string, string])[];
  /** JSON. */
  readonly bodyText?: string;
  readonly as: Authority;
  /** Whether asking twice does the same as asking once. GET requests always are. */
  readonly repeatable?: boolean;
  /** 1 MiB where not given. */
  readonly maxAnswerBytes?: number;
}

/** Sends requests to one homeserver. */
export interface HomeserverRequests {
  /**
   * Rejects with a {@link HomeserverRefusal} for an error status, a {@link HomeserverError} where no complete answer
   * came in time, and {@link HomeserverNotConfigured} where the token that it needs is missing.
   */
  send(request: HomeserverRequest): Promise<JsonAnswer>;
  /** Ends requests under way and closes the connections. */
  close(): Promise<void>;
}

export interface HomeserverRequestsOptions {
  /** The base URL; a path in front of `/_matrix` is kept. */
  readonly url: string;
  readonly adminToken: string | undefined;
  readonly appserviceToken: string | undefined;
  /** For one request as a whole, from waiting for a connection to the end of the body. */
  readonly timeoutMs: number;
}

type HomeserverTokensGiven = Pick<HomeserverRequestsOptions, "adminToken" | "appserviceToken">;

/** By which the service knows a question of its own again, where a proxy sends it back. */
export const USER_AGENT = "synapse-media-bridge";

const MAX_CONNECTIONS = 16;
const MAX_ANSWER_BYTES = 2 ** 20;
const ADMIN_KEY = "media_bridge.homeserver.admin_token_file";
const APPSERVICE_KEY = "media_bridge.homeserver.appservice_token_file";

/** Keep-alive connections to a homeserver. Redirects are not followed: tokens are sent to `url` and nowhere else. */
export function createHomeserverRequests(options: HomeserverRequestsOptions): HomeserverRequests {
  const { timeoutMs } = options;
  const { origin, pathname } = new URL(options.url);
  const prefix = pathname.replace(/\/+$/, "");
  const { Pool } = loadUndici();
  const pool = new Pool(origin, {
    connections: MAX_CONNECTIONS,
    connect: { timeout: timeoutMs },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });

  async function ask(request: HomeserverRequest, signal: AbortSignal): Promise<JsonAnswer> {
    const { what, method, bodyText, maxAnswerBytes = MAX_ANSWER_BYTES } = request;
    const query = new URLSearchParams();
    for (const [name, value] of request.query ?? []) query.append(name, value);
    if ("userId" in request.as) query.set("user_id", request.as.userId);
    const response = await pool.request({
      method,
      path: `${prefix}${request.path}${query.size === 0 ? "" : `?${query.toString()}`}`,
      headers: {
        accept: "application/json",
        "user-agent": USER_AGENT,
        authorization: `Bearer ${findToken(options, request.as)}`,
        ...(bodyText !== undefined && { "content-type": "application/json" }),
      },
      ...(bodyText !== undefined && { body: bodyText }),
      signal,
    });
    const text = await readBody(response, maxAnswerBytes, what);
    if (response.statusCode < 200 || response.statusCode > 299) {
      throw new HomeserverRefusal(what, response.statusCode, text);
    }
    return new JsonAnswer(text, what);
  }

  return {
    async send(request) {
      findToken(options, request.as);
      const signal = AbortSignal.timeout(timeoutMs);
      try {
        return await ask(request, signal).catch((error: unknown) => {
          // The other side may close a keep-alive connection at the very moment when it is used again.
          if ((request.method === "GET" || request.repeatable) && isDroppedConnection(error)) {
            return ask(request, signal);
          }
          throw error;
        });
      } catch (error) {
        if (error instanceof HomeserverError || error instanceof HomeserverRefusal) throw error;
        throw describeFailure(error, request.what, signal.aborted, timeoutMs);
      }
    },
    close: () => pool.destroy(),
  };
}

/** The token of an authority. Throws {@link HomeserverNotConfigured} where it is missing. */
export function findToken({ adminToken, appserviceToken }: HomeserverTokensGiven, as: Authority): string {
  if ("token" in as) return as.token;
  const token = "admin" in as ? adminToken : appserviceToken;
  if (token === undefined) throw new HomeserverNotConfigured(["admin" in as ? ADMIN_KEY : APPSERVICE_KEY]);
  return token;
}

async function readBody(response: Dispatcher.ResponseData, maxBytes: number, what: string): Promise<string> {
  const { body, headers } = response;
  const chunks: Buffer[] = [];
  if (Number(headers["content-length"] ?? 0) > maxBytes) {
    body.on("error", () => undefined).destroy();
    throw tooLong(what, maxBytes);
  }
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Leaving the loop ends the connection: the rest of the answer is not read.
    if (size > maxBytes) throw tooLong(what, maxBytes);
    chunks.push(chunk);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks, size));
  } catch {
    throw new HomeserverError("HOMESERVER_BAD_ANSWER", `${what}: an answer that is not UTF-8`);
  }
}

function tooLong(what: string, maxBytes: number): HomeserverError {
  return new HomeserverError("HOMESERVER_BAD_ANSWER", `${what}: an answer of more than ${maxBytes} bytes`);
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

function isDroppedConnection(error: unknown): boolean {
  return ["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"].includes(codeOf(error));
}

function describeFailure(error: unknown, what: string, timedOut: boolean, timeoutMs: number): HomeserverError {
  const code = codeOf(error);
  if (timedOut || /^UND_ERR_\w+_TIMEOUT$/.test(code)) {
    return new HomeserverError("HOMESERVER_TIMEOUT", `${what}: no answer within ${timeoutMs} ms`);
  }
  const message = error instanceof Error ? error.message : "";
  const reason = [code, message].filter((part) => part !== "").join(": ");
  return new HomeserverError("HOMESERVER_UNREACHABLE", `${what}: ${reason}`);
}
