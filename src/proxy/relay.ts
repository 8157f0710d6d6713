import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { finishAfterBody } from "../util/bodies/finish-after-body.ts";
import { describeFailure } from "./failures.ts";
import type { Target } from "./target.ts";
import type { SizedBody } from "./exact-body.ts";
import { sendOn, type ForwardedRequest } from "./stream-request.ts";
import { freeAllAfterWrite } from "./free-after-write.ts";
import { askerOf, declaredLengths, endToEnd, type RawHeaders } from "./headers.ts";
import type { BufferedResponse } from "./small-request-client/response-parser.ts";
import type { UpstreamAnswer } from "./streamed-requests.ts";

/** Where a request is passed on to, and the headers it gets there. */
export interface PassThroughParts {
  readonly target: Target;
  /** Without the length of the body. */
  readonly headers: RawHeaders;
}

/**
 * Passes a request on to a target and the answer back, both as they arrive: nothing is held back, inspected or
 * rewritten.
 */
export async function passThrough(
  req: IncomingMessage,
  res: ServerResponse,
  body: SizedBody,
  { target, headers }: PassThroughParts,
): Promise<void> {
  await whileThere(req, res, headers, async (passage) => {
    await relay(await sendOn(target, passage, body), req, res, target.describeFailure);
  });
}

/** Runs an exchange for a request, which ends when the client leaves. */
export async function whileThere(
  req: IncomingMessage,
  res: ServerResponse,
  headers: RawHeaders,
  exchange: (passage: ForwardedRequest) => Promise<void>,
): Promise<void> {
  const { signal: leaving, forget } = watchClient(req, res);
  try {
    await exchange({
      method: req.method ?? "GET",
      target: req.url ?? "/",
      headers,
      purpose: "other",
      leaving,
      asker: askerOf(req, headers),
      endsWithClient: true,
    });
  } catch (error) {
    // There is no client to tell.
    if (!res.destroyed) throw error;
  } finally {
    forget();
  }
}

/** A signal that is aborted when the client of a request leaves before it has its answer. Call `forget` once it has. */
export function watchClient(req: IncomingMessage, res: ServerResponse): { signal: AbortSignal; forget: () => void } {
  const leaving = new AbortController();
  const leave = () => leaving.abort();
  if (res.destroyed || req.socket.destroyed) leave();
  res.once("close", leave);
  return { signal: leaving.signal, forget: () => void res.off("close", leave) };
}

/** Sends an answer to the client. Rejects with an error made by `describe` where the target breaks it off. */
export async function relay(
  answer: UpstreamAnswer | BufferedResponse,
  req: IncomingMessage,
  res: ServerResponse,
  describe = describeFailure,
): Promise<void> {
  const { body } = answer;
  if (Buffer.isBuffer(body)) return relayText(answer, body, req, res);
  try {
    writeHead(answer, res);
    freeAllAfterWrite(res);
    await pipeline(body, res, { end: false });
  } catch (error) {
    // An answer that is not read to its end keeps its connection.
    body.destroy();
    if (res.destroyed) return;
    throw describe(error);
  }
  await finishAfterBody(req, res);
}

/** Like {@link relay}, for an answer whose body has been read. */
export async function relayText(
  answer: UpstreamAnswer | BufferedResponse,
  text: Buffer,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  writeHead({ ...answer, headers: withLength(answer.headers, text.length) }, res);
  await finishAfterBody(req, res, text);
}

/** Headers of an answer whose body now has this length, whatever they said before. */
function withLength(headers: RawHeaders, sizeBytes: number): RawHeaders {
  if (declaredLengths(headers).length === 0) return headers;
  return [...endToEnd(headers, new Set(["content-length"])), "Content-Length", String(sizeBytes)];
}

function writeHead({ status, statusText, headers }: Omit<UpstreamAnswer, "body">, res: ServerResponse): void {
  res.writeHead(status, statusText, endToEnd(headers));
}
