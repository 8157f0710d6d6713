import { isIP } from "node:net";
import { z } from "zod";
import { loadUndici } from "../../util/http/undici.ts";
import type { Credentials } from "./authenticator.ts";
import { HomeserverError } from "../homeserver-error.ts";

/** What the homeserver answered, as it came. */
export interface WhoamiResponse {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** The body's text, undefined where it is not UTF-8. */
  readonly text: string | undefined;
}

/** Asks `GET /_matrix/client/v3/account/whoami` over keep-alive connections. */
export interface WhoamiClient {
  /** Rejects with a {@link HomeserverError} when no complete answer came in time. */
  ask(credentials: Credentials): Promise<WhoamiResponse>;
  /**
   * Whether the homeserver answers at all: `GET /_matrix/client/versions`, without a token and without anything that a
   * client sent.
   */
  answers(): Promise<boolean>;
  /** Waits for questions under way, then closes the connections. */
  close(): Promise<void>;
}

const VersionsSchema = z.object({ versions: z.array(z.string()) });

const MAX_CONNECTIONS = 32;
const MAX_ANSWER_BYTES = 64 * 1024;
const MAX_USER_AGENT_LENGTH = 1024;

/** Called with the time that each question took. */
export type OnAsked = (outcome: "answered" | "failed", seconds: number) => void;

/** @param timeoutMs for one question as a whole, from waiting for a connection to the end of the body */
export function createWhoamiClient(url: string, timeoutMs: number, onAsked: OnAsked = () => undefined): WhoamiClient {
  const { origin, pathname } = new URL(url);
  const base = `${pathname.replace(/\/+$/, "")}/_matrix/client`;
  const limits = {
    maxResponseSize: MAX_ANSWER_BYTES,
    connect: { timeout: timeoutMs },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  };
  const { Pool } = loadUndici();
  const pool = new Pool(origin, { ...limits, connections: MAX_CONNECTIONS });
  // Separate: questions that wait for one another in the pool say nothing about whether the homeserver answers.
  const own = new Pool(origin, { ...limits, connections: 1 });

  async function askOnce(credentials: Credentials, signal: AbortSignal): Promise<WhoamiResponse> {
    const response = await pool.request({
      method: "GET",
      path: `${base}/v3/account/whoami${queryOf(credentials)}`,
      headers: headersOf(credentials),
      signal,
    });
    const retryAfter = response.headers["retry-after"];
    return {
      status: response.statusCode,
      retryAfter: typeof retryAfter === "string" ? retryAfter : undefined,
      text: decodeUtf8(await response.body.bytes()),
    };
  }

  return {
    async ask(credentials) {
      const signal = AbortSignal.timeout(timeoutMs);
      const askedMs = performance.now();
      let outcome: "answered" | "failed" = "failed";
      try {
        const response = await askOnce(credentials, signal).catch((error: unknown) => {
          // The other side may close a keep-alive connection at the very moment when it is used again.
          if (isDroppedConnection(error)) return askOnce(credentials, signal);
          throw error;
        });
        outcome = "answered";
        return response;
      } catch (error) {
        throw describeFailure(error, signal.aborted, timeoutMs);
      } finally {
        onAsked(outcome, (performance.now() - askedMs) / 1000);
      }
    },
    async answers() {
      try {
        const { statusCode, body } = await own.request({
          method: "GET",
          path: `${base}/versions`,
          headers: { accept: "application/json" },
          // On a new connection each time: a kept one may have been closed.
          reset: true,
          signal: AbortSignal.timeout(timeoutMs),
        });
        const answer: unknown = await body.json();
        return statusCode === 200 && VersionsSchema.safeParse(answer).success;
      } catch {
        return false;
      }
    },
    async close() {
      await Promise.all([pool.close(), own.close()]);
    },
  };
}

function queryOf({ userId, deviceId }: Credentials): string {
  const query = new URLSearchParams();
  if (userId !== undefined) query.set("user_id", userId);
  if (deviceId !== undefined) {
    query.set("device_id", deviceId);
    // Servers from before Matrix 1.17 know it by this name only.
    query.set("org.matrix.msc3202.device_id", deviceId);
  }
  return query.size === 0 ? "" : `?${query.toString()}`;
}

function headersOf({ token, address, userAgent }: Credentials): Record<string, string> {
  const headers: Record<string, string> = { accept: "application/json", authorization: `Bearer ${token}` };
  if (address !== undefined && isIP(address) !== 0) headers["x-forwarded-for"] = address;
  if (userAgent !== undefined) {
    headers["user-agent"] = userAgent.replaceAll(/[^\x20-\x7e\x80-\xff]/g, " ").slice(0, MAX_USER_AGENT_LENGTH);
  }
  return headers;
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

function isDroppedConnection(error: unknown): boolean {
  return ["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"].includes(codeOf(error));
}

function describeFailure(error: unknown, timedOut: boolean, timeoutMs: number): HomeserverError {
  const code = codeOf(error);
  if (timedOut || /^UND_ERR_\w+_TIMEOUT$/.test(code)) {
    return new HomeserverError("HOMESERVER_TIMEOUT", `no answer within ${timeoutMs} ms`);
  }
  if (code === "UND_ERR_RES_EXCEEDED_MAX_SIZE") {
    return new HomeserverError("HOMESERVER_BAD_ANSWER", `an answer of more than ${MAX_ANSWER_BYTES} bytes`);
  }
  const message = error instanceof Error ? error.message : "";
  return new HomeserverError("HOMESERVER_UNREACHABLE", [code, message].filter((part) => part !== "").join(": "));
}
