import { request as requestHttps } from "node:https";
import { request as requestHttp } from "../../util/http/node-http.ts";
import { VERSION } from "../../version.ts";

export interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** What is sent of the body. A `Content-Length` that is longer leaves the rest out. */
  readonly body?: Buffer;
  readonly timeoutMs?: number;
}

/** What came back; `failure` in words where nothing did. */
export type Reply =
  | { readonly status: number; readonly text: string; readonly headers: Readonly<Record<string, unknown>> }
  | { readonly status: undefined; readonly failure: string };

/** By which the requests of a check are recognized in the logs of proxies and of Synapse. */
export const USER_AGENT = `media-bridge-check/${VERSION}`;

const TIMEOUT_MS = 10_000;
const MAX_ANSWER_LENGTH = 64 * 1024;

/** One request on a connection of its own; redirects are not followed. Never rejects. */
export function ask(
  url: string,
  { method = "GET", headers = {}, body, timeoutMs = TIMEOUT_MS }: Question = {},
): Promise<Reply> {
  return new Promise((resolve) => {
    const send = url.startsWith("https:") ? requestHttps : requestHttp;
    const asked = send(url, { method, headers: { "User-Agent": USER_AGENT, ...headers }, agent: false });
    const fail = (failure: string) => {
      clearTimeout(timer);
      asked.destroy();
      resolve({ status: undefined, failure });
    };
    const timer = setTimeout(() => fail(`no answer within ${timeoutMs / 1000} s`), timeoutMs);
    asked.on("error", (error) =>
      fail(error.message || (error as NodeJS.ErrnoException).code || "the connection failed"),
    );
    asked.on("response", (response) => {
      let text = "";
      response.on("error", (error) => fail(error.message));
      response.on("data", (chunk: Buffer) => (text = (text + chunk.toString()).slice(0, MAX_ANSWER_LENGTH)));
      response.on("end", () => {
        clearTimeout(timer);
        asked.destroy();
        resolve({ status: response.statusCode ?? 0, text, headers: response.headers });
      });
    });
    if (body === undefined || Number(headers["Content-Length"] ?? body.length) === body.length) asked.end(body);
    else asked.write(body);
  });
}

/** The JSON object of an answer; empty where it is not one. */
export function jsonOf(reply: Reply): Readonly<Record<string, unknown>> {
  if (reply.status === undefined) return {};
  try {
    const value: unknown = JSON.parse(reply.text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** An answer in a few words. */
export function describeReply(reply: Reply): string {
  if (reply.status === undefined) return reply.failure;
  const { errcode } = jsonOf(reply);
  return typeof errcode === "string" ? `status ${reply.status} ${errcode}` : `status ${reply.status}`;
}
