import type { IncomingMessage, ServerResponse } from "node:http";
import { matrixError } from "../../errors.ts";
import { attached } from "../../util/attached.ts";
import type { BodySource } from "../../util/bodies/body-source.ts";
import { leastBytesWithin } from "./discard-body.ts";

/** How a request's body is read. */
export interface BodyOptions {
  /** A body is aborted after this long without data; one that keeps arriving may take as long as it needs. */
  readonly idleTimeoutMs: number;
}

/** The declared length of a body in bytes: 0 where there is none, undefined for a chunked body. */
export function contentLengthOf(req: IncomingMessage): number | undefined {
  const length = req.headers["content-length"];
  if (length !== undefined) return Number(length);
  return isFramed(req) ? undefined : 0;
}

/** Whether the head says how the body ends. Where it does not, the request has no body. */
function isFramed({ headers }: IncomingMessage): boolean {
  return headers["content-length"] !== undefined || headers["transfer-encoding"] !== undefined;
}

const toldToContinue = new WeakSet<IncomingMessage>();

/**
 * Whether the client holds its body back until it is told `100 Continue`. A client that has started to send does not.
 */
export function waitsForContinue(req: IncomingMessage): boolean {
  return expectsContinue(req) && !toldToContinue.has(req) && !req.complete && req.readableLength === 0;
}

/** Sends `100 Continue` where the client expects it, once. */
export function tellToContinue(req: IncomingMessage, res: ServerResponse): void {
  if (!expectsContinue(req) || toldToContinue.has(req)) return;
  toldToContinue.add(req);
  res.writeContinue();
}

function expectsContinue(req: IncomingMessage): boolean {
  return req.headers.expect?.toLowerCase() === "100-continue";
}

/** How much of a body was read, once it is not read any more. */
const received = attached<IncomingMessage, number>("received bytes");

/**
 * How many bytes of a body were read for its request: 0 where it was refused before, or a handler read it by itself.
 */
export function receivedBytesOf(req: IncomingMessage): number {
  return received.get(req) ?? 0;
}

/** The current reader of a body. */
const readers = attached<IncomingMessage, (error: unknown) => void>("reader");

/** Ends the reading of a body that has not fully arrived, with an error. Does nothing where no code reads it. */
export function refuseBody(req: IncomingMessage, error: unknown): void {
  readers.get(req)?.(error);
}

/**
 * The body of an upload, read as {@link requestBody} reads it. Throws `UPLOAD_WITHOUT_LENGTH` where the head does not
 * say how the body ends: an error is better than a lost body.
 */
export function uploadBody(req: IncomingMessage, res: ServerResponse, options: BodyOptions): BodySource {
  if (!isFramed(req)) throw matrixError("UPLOAD_WITHOUT_LENGTH");
  return requestBody(req, res, options);
}

/**
 * The body of a request. Nothing is asked of the client before `read` is called. Reading rejects where more or less
 * arrives than the head declares, where the client leaves, and where no data arrives for the idle time.
 */
export function requestBody(req: IncomingMessage, res: ServerResponse, { idleTimeoutMs }: BodyOptions): BodySource {
  const declared = contentLengthOf(req);
  const leastBytes = leastBytesWithin(idleTimeoutMs);
  return {
    read: (sink, isAwaited = false) =>
      new Promise<void>((resolve, reject) => {
        const endStalled = () => {
          // A body that the service does not read, because the disk is busy, has not stalled.
          if (req.isPaused()) {
            idle?.refresh();
            return;
          }
          finish(matrixError("UPLOAD_STALLED"));
          // The request was answered early: the code that waits for the rest of the body has nothing more to say.
          if (res.headersSent) req.destroy();
        };
        // A small body has arrived as a whole while the modules were asked: it cannot stall.
        const idle = req.complete ? undefined : setTimeout(endStalled, idleTimeoutMs);
        let arrived = 0;
        let sinceRefreshed = 0;
        const refresh = (chunk: Buffer) => {
          sinceRefreshed += chunk.length;
          // Once its request is answered, the rest of the body is discarded.
          if ((isAwaited || res.headersSent) && sinceRefreshed < leastBytes) return;
          sinceRefreshed = 0;
          idle?.refresh();
        };
        let finished = false;
        /** The sink's promise for the last chunk. */
        let taking: Promise<void> | undefined;
        const finish = (error?: unknown) => {
          if (finished) return;
          finished = true;
          clearTimeout(idle);
          readers.set(req, undefined);
          received.set(req, arrived);
          req.off("data", onData).off("end", onEnd).off("close", onClose).off("error", onClose);
          if (error === undefined) return resolve();
          req.pause();
          reject(error);
        };
        const onEnd = () => {
          if (declared !== undefined && arrived < declared) return finish(matrixError("UPLOAD_INCOMPLETE"));
          if (taking === undefined) return finish();
          // The end of the data may come before the last chunk is processed; from then on the client may leave.
          req.off("close", onClose);
          taking.then(() => finish(), finish);
        };
        readers.set(req, finish);
        // Even where all of it has arrived: a client that leaves before its body is read ends the upload, as in
        // Synapse.
        const onClose = () => finish(matrixError("UPLOAD_INCOMPLETE"));
        const onTaken = () => {
          if (finished) return;
          taking = undefined;
          idle?.refresh();
          req.resume();
        };
        const onData = (chunk: Buffer) => {
          refresh(chunk);
          arrived += chunk.length;
          if (declared !== undefined && arrived > declared) return finish(matrixError("BODY_LENGTH_WRONG"));
          try {
            const busy = sink(chunk);
            if (busy === undefined) return;
            taking = busy;
            req.pause();
            busy.then(onTaken, finish);
          } catch (error) {
            finish(error);
          }
        };
        if (req.destroyed) return onClose();
        req.on("data", onData).on("end", onEnd).on("close", onClose).on("error", onClose);
        tellToContinue(req, res);
      }),
  };
}

/**
 * Ends a request whose body turns out longer or shorter than its head says. For handlers that read the body themselves:
 * {@link requestBody} refuses such a body.
 */
export function holdToDeclaredLength(req: IncomingMessage): void {
  const declared = contentLengthOf(req);
  if (declared === undefined) return;
  let left = declared - req.readableLength;
  if (left < 0 || (req.complete && left > 0)) throw matrixError("BODY_LENGTH_WRONG");
  const push = req.push.bind(req);
  req.push = (chunk: Buffer | null, encoding) => {
    left -= chunk?.length ?? 0;
    if (left >= 0 && (chunk !== null || left === 0)) return push(chunk, encoding);
    req.destroy();
    return false;
  };
}
