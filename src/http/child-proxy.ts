import { once } from "node:events";
import { Agent, request, type ClientRequest, type IncomingMessage } from "node:http";
import { pipeline } from "node:stream/promises";
import type { Request, Response } from "express";
import { MatrixError, matrixError } from "../errors.ts";
import { Turns } from "../util/turns.ts";
import { endToEnd } from "../proxy/headers.ts";
import { contentLengthOf, requestBody } from "./request/body.ts";
import { factsOf } from "./request-log.ts";
import { clientAddress } from "./request/authenticate.ts";
import { clientLeaving } from "./request/download-timeout.ts";

export interface ChildProxyOptions {
  /** A body is aborted after this long without data. */
  readonly idleTimeoutMs: number;
  /** The largest body that is handed on. */
  readonly maxBodyBytes: number;
  /** Whether `X-Forwarded-For` is believed: only behind a proxy that sets it. */
  readonly xForwarded: boolean;
  /** How long a request waits for one of the connections to the child. */
  readonly maxWaitMs: number;
}

/** More would only wait in the child, which does one thing at a time, and hold memory and descriptors meanwhile. */
const MAX_CONNECTIONS = 32;
/** Up to this size a body is read before it takes one of them. */
const SMALL_BYTES = 256 * 1024;
/** Longer than for modules that are busy deciding: a connection is held for as long as a resource takes to answer. */
const RETRY_AFTER_SECONDS = 5;
/** By which lines of the child's log name the request; the child takes it away before a resource sees it. */
const REQUEST_NUMBER = "X-Media-Bridge-Request";
/** Not the client's to say, in lower case. */
const OURS: ReadonlySet<string> = new Set([
  "expect", "content-length", "x-forwarded-for", "x-forwarded-proto", REQUEST_NUMBER.toLowerCase(),
]); // prettier-ignore

/** Hands requests on to the Python child's Unix socket and answers back, both as they flow. */
export class ChildProxy {
  readonly #options: ChildProxyOptions;
  // Connections are not used again: the child may close one at that very moment, and a body cannot be sent twice. The
  // child is told that they are kept all the same, or it would close at an early answer, while the body is still being
  // sent.
  readonly #agent = new Agent({ keepAlive: true, maxFreeSockets: 0 });
  // Not counted by the agent: a request that waits there stays there when its client has left.
  readonly #connections = new Map<string, Turns>();

  constructor(options: ChildProxyOptions) {
    this.#options = options;
    // As an option, Node reads 0 as its default of 256.
    this.#agent.maxFreeSockets = 0;
  }

  /**
   * Resolves when the answer is out, or its client gone. Rejects with what the client gets: `MODULE_UNAVAILABLE` (503)
   * where the child is away, or leaves without an answer; `MODULES_BUSY` (503) where no connection to it comes free in
   * time.
   */
  async forward(req: Request, res: Response, socketPath: string | undefined): Promise<void> {
    if (socketPath === undefined) throw unavailable();
    const { maxBodyBytes, maxWaitMs } = this.#options;
    const length = contentLengthOf(req);
    if (length !== undefined && length > maxBodyBytes) throw matrixError("UPLOAD_TOO_LARGE");
    // However slowly they come, small bodies take no connection before they are there.
    const small =
      length !== undefined && length > 0 && length <= SMALL_BYTES ? await this.#readSmall(req, res) : undefined;
    const connections = this.#connectionsTo(socketPath);
    if (!(await connections.take({ timeoutMs: maxWaitMs, whenGone: clientLeaving(res) }))) {
      if (res.closed) return;
      throw matrixError("MODULES_BUSY", { headers: { "Retry-After": String(RETRY_AFTER_SECONDS) } });
    }
    const outgoing = this.#open(req, res, { socketPath, length, connections });
    // What is written is what the head says, or the connection ends.
    Object.assign(outgoing, { strictContentLength: true, maxHeadersCount: 0 });
    // The code that waits for the answer handles the error; after that, the answer itself does.
    outgoing.on("error", () => undefined);
    const leave = () => void (res.writableFinished || outgoing.destroy());
    res.once("close", leave);
    // It may have left since its turn came.
    if (res.closed) leave();
    try {
      const answered = answerOf(outgoing);
      const sent = length === 0 || small ? void outgoing.end(small) : this.#sendBody(req, res, outgoing);
      // Whichever comes second has nobody left to tell.
      for (const outcome of [answered, sent]) outcome?.catch(() => undefined);
      const answer = await (sent === undefined ? answered : Promise.race([answered, sent.then(() => answered)]));
      await this.#sendAnswer(answer, res);
      // Where it was answered early, it would keep its connection until its body is whole.
      sent?.catch(() => outgoing.destroy());
    } catch (error) {
      outgoing.destroy();
      // Its client has left: nobody is there to be told.
      if (!res.closed) throw MatrixError.is(error) ? error : unavailable(error);
    }
  }

  #connectionsTo(socketPath: string): Turns {
    let connections = this.#connections.get(socketPath);
    if (connections === undefined) this.#connections.set(socketPath, (connections = new Turns(MAX_CONNECTIONS)));
    return connections;
  }

  /**
   * Begins a request to the child; `connections` have one more that is free once it is over, also where it cannot
   * begin.
   */
  #open(
    req: Request,
    res: Response,
    { socketPath, length, connections }: { socketPath: string; length: number | undefined; connections: Turns },
  ): ClientRequest {
    try {
      const agent = this.#agent;
      const headers = this.#headersFor(req, length, factsOf(res)?.id);
      const outgoing = request({ agent, socketPath, method: req.method, path: req.originalUrl, headers });
      return outgoing.once("close", () => connections.pass());
    } catch (error) {
      connections.pass();
      throw error;
    }
  }

  #headersFor(req: Request, length: number | undefined, number: number | undefined): string[] {
    const { xForwarded } = this.#options;
    const address = clientAddress(req, xForwarded);
    const chain = xForwarded ? req.headers["x-forwarded-for"] : undefined;
    const forwarded = chain ?? address;
    const scheme = xForwarded ? req.headers["x-forwarded-proto"] : "http";
    return [
      ...endToEnd(req.rawHeaders, OURS),
      ...(number === undefined ? [] : [REQUEST_NUMBER, String(number)]),
      ...(typeof forwarded === "string" ? ["X-Forwarded-For", forwarded] : []),
      ...(typeof scheme === "string" ? ["X-Forwarded-Proto", scheme] : []),
      ...(length === undefined ? ["Transfer-Encoding", "chunked"] : []),
      ...(length !== undefined && (length > 0 || "content-length" in req.headers)
        ? ["Content-Length", String(length)]
        : []),
    ];
  }

  async #readSmall(req: Request, res: Response): Promise<Buffer> {
    const pieces: Buffer[] = [];
    await requestBody(req, res, this.#options).read((chunk) => void pieces.push(chunk));
    return Buffer.concat(pieces);
  }

  async #sendBody(req: Request, res: Response, outgoing: ClientRequest): Promise<void> {
    let sentBytes = 0;
    await requestBody(req, res, this.#options).read((chunk) => {
      sentBytes += chunk.length;
      if (sentBytes > this.#options.maxBodyBytes) throw matrixError("UPLOAD_TOO_LARGE");
      // The child answered, or left, before it had all of it.
      if (outgoing.destroyed || outgoing.write(chunk)) return undefined;
      return once(outgoing, "drain").then(ignore, ignore);
    }, true);
    outgoing.end();
  }

  async #sendAnswer(answer: IncomingMessage, res: Response): Promise<void> {
    res.writeHead(answer.statusCode ?? 500, answer.statusMessage ?? "", endToEnd(answer.rawHeaders));
    await pipeline(answer, res);
  }
}

async function answerOf(outgoing: ClientRequest): Promise<IncomingMessage> {
  const [answer] = (await once(outgoing, "response")) as [IncomingMessage];
  return answer;
}

function ignore(): undefined {
  return undefined;
}

function unavailable(cause?: unknown): MatrixError {
  return matrixError("MODULE_UNAVAILABLE", { cause });
}
