import { createHash, type Hash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { MatrixError, matrixError, type ErrorCode } from "../errors.ts";
import { localFile } from "../media-file.ts";
import {
  admit,
  admitMore,
  checkForSpam,
  judgeTrueSize,
  type AdmissionParts,
  type AdmissionRequest,
} from "../media/upload/admission.ts";
import { createMediaId } from "../media/media-id.ts";
import type { Reservation } from "../media/upload/quota.ts";
import type { BodySource } from "../util/bodies/body-source.ts";
import { CoalescedDelay } from "../util/concurrency/coalesced-delay.ts";
import type { BufferedResponse } from "../proxy/small-request-client/response-parser.ts";
import type { SynapseTurn, Upstream } from "../proxy/to-synapse.ts";
import { exactly } from "../proxy/exact-body.ts";
import { streamBody } from "../proxy/stream-request.ts";
import { endToEnd, READ_HERE, type RawHeaders } from "../proxy/headers.ts";
import { isOverMaximum } from "./media-config.ts";
import type { Exchanged } from "../proxy/small-request-client/keep-alive-connection.ts";
import { freePieces, readSmallBody, SMALL_BYTES } from "../util/bodies/small-body.ts";
import type { Spool, SpooledUpload } from "./spool.ts";
import type { UpstreamAnswer } from "../proxy/streamed-requests.ts";
import { fateOf, readAnswer, readMediaId } from "./upload-answer.ts";
import type { InFlightUpload, InFlightUploads } from "./in-flight-uploads.ts";
import type { SmallRequest } from "../proxy/small-request-client/small-request-client.ts";

/** An upload to Synapse by an authenticated user. */
export interface GuardedRequest extends AdmissionRequest {
  readonly method: "POST" | "PUT";
  /** Path and query, as the client sent them. */
  readonly target: string;
  /** The client's headers as they are sent to Synapse, without the length of the body. */
  readonly headers: RawHeaders;
  /** The id in the path, for an upload to an existing id; Synapse decides whether the user may upload to it. */
  readonly mediaId: string | undefined;
  readonly body: BodySource;
  /** Aborted when the client leaves: an upload that still waits for its turn is given up then. */
  readonly leaving?: AbortSignal | undefined;
}

export interface GuardParts extends AdmissionParts {
  readonly notes: InFlightUploads;
  readonly upstream: Upstream;
  readonly spool: Spool;
}

/** Synapse's answer to a guarded upload, to be passed on as it is. */
export type GuardedAnswer =
  | {
      readonly answer: UpstreamAnswer | BufferedResponse;
      readonly stored?: undefined;
      readonly text?: undefined;
      readonly recorded?: undefined;
    }
  | {
      readonly answer: UpstreamAnswer | BufferedResponse;
      /** What Synapse stored. */
      readonly stored: { readonly mediaId: string; readonly sizeBytes: number };
      /** The body of the answer, which has been read. */
      readonly text: Buffer;
      /**
       * Resolves, never rejects, once the upload is recorded; until then its bytes are reserved. The client need not
       * wait for it.
       */
      readonly recorded: Promise<void>;
    };

/**
 * Decides about an upload as `storeUpload` does, and passes it on to Synapse if it is allowed. Throws the {@link
 * MatrixError} that refuses it. A failure returns the reservation and leaves no file.
 */
export async function guardUpload(given: GuardedRequest, parts: GuardParts): Promise<GuardedAnswer> {
  // What is sent on is what was decided about, to the byte.
  const request = { ...given, body: exactly({ source: given.body, sizeBytes: given.contentLength }) };
  const held: {
    note?: InFlightUpload | undefined;
    reservation?: Reservation;
    spooled?: SpooledUpload;
    recorded?: Promise<void> | undefined;
  } = {};
  try {
    // 1. to 3. The maximum, the modules and the quota let the upload pass, before its first byte. While the modules
    // decide, the service commits what must be committed before Synapse sees the upload.
    const admitting = admit(request, parts);
    const note = (held.note = parts.notes.take(request.userId));
    held.reservation = await admitting;
    // 4. An upload that must be complete before Synapse may see it is written to a temporary file first: Synapse needs
    // its length, or a spam check needs the file.
    const isChecked = parts.chain.has("check_media_file_for_spam");
    if (request.contentLength === undefined || isChecked) {
      held.spooled = await parts.spool.create();
      await receive(request, held.spooled, held.reservation, parts);
    }
    const sizeBytes = held.spooled?.sizeBytes;
    const judging = { ...parts, chain: parts.chain.knowing({ sizeBytes }) };
    if (request.contentLength === undefined) {
      held.reservation = await judgeTrueSize(held.reservation, sizeBytes ?? 0, request, judging);
    }
    if (held.spooled && isChecked) {
      const mediaId = request.mediaId ?? createMediaId();
      await held.spooled.showAs(mediaId, (path) =>
        checkForSpam({ localPath: async () => path }, localFile(mediaId), judging),
      );
    }
    // 5. Synapse gets the upload. Its answer decides what becomes of the reservation and of the note.
    held.note = undefined;
    const outcome = await handOn(request, { ...held, note, reservation: held.reservation }, parts.upstream);
    held.recorded = outcome.recorded;
    return outcome;
  } catch (error) {
    throw MatrixError.is(error) ? error : matrixError("STORE_FAILED", { cause: error });
  } finally {
    held.note?.forget();
    if (held.recorded === undefined) held.reservation?.release();
    await held.spooled?.remove();
  }
}

async function receive(
  request: GuardedRequest,
  spooled: SpooledUpload,
  reservation: Reservation,
  parts: GuardParts,
): Promise<void> {
  await request.body.read(async (chunk) => {
    if (request.contentLength === undefined) {
      await admitMore(reservation, spooled.sizeBytes + chunk.length, request, parts);
    }
    await spooled.write(chunk);
  });
}

/** What an upload holds while it may be sent to Synapse. */
interface Admitted {
  readonly note: InFlightUpload;
  readonly reservation: Reservation;
  /** The whole body, where it had to be checked. */
  readonly spooled?: SpooledUpload;
}

const UNHEARD: ReadonlySet<ErrorCode> = new Set([
  "UPSTREAM_UNREACHABLE",
  "UPSTREAM_BUSY",
  "BAD_REQUEST",
  "BODY_LENGTH_WRONG",
  "UPLOAD_INCOMPLETE",
]);

/**
 * Uploads are recorded together, a moment after their clients were answered. The clients may already be sending their
 * next uploads.
 */
const settling = new CoalescedDelay(20);

async function handOn(
  request: GuardedRequest,
  { note, reservation, spooled }: Admitted,
  upstream: Upstream,
): Promise<GuardedAnswer> {
  const source = spooled ?? request.body;
  const wholeBytes = spooled?.sizeBytes ?? request.contentLength ?? 0;
  let hash: Hash | undefined;
  const look = (piece: Buffer) => void (hash ??= createHash("sha256")).update(piece);
  let sizeBytes = 0;
  const count = (chunk: Buffer) => {
    sizeBytes += chunk.length;
    look(chunk);
  };
  const isWhole = () => sizeBytes >= wholeBytes;
  let isOnItsWay = false;
  let answer: GuardedAnswer["answer"] | undefined;
  try {
    const [small] = await Promise.all([wholeBytes <= SMALL_BYTES ? readSmallBody(source) : undefined, note.committed]);
    const { method, target } = request;
    const headers = endToEnd(request.headers, READ_HERE);
    const passage = {
      method,
      target,
      headers,
      purpose: "upload" as const,
      leaving: request.leaving,
      asker: request.userId,
    };
    const sized = [...headers, "Content-Length", String(wholeBytes)];
    isOnItsWay = true;
    if (small) sizeBytes = wholeBytes;
    const turn = small && (await upstream.turn("upload", passage));
    const exchanged =
      small && turn && (await exchangeSmall({ method, target, headers: sized, body: small }, look, turn));
    answer = exchanged?.answer ?? (await streamBody(upstream, passage, { source, sizeBytes: wholeBytes }, count));
    const fate = fateOf(answer.status);
    if (fate === "refused") note.forget();
    if (fate === "unknown") await note.doubt(`status ${answer.status}`);
    if (fate !== "stored") return { answer };
    if (!isWhole() || exchanged?.isSent === false) {
      throw matrixError("UPSTREAM_BROKEN", { cause: new Error("a success before the body was sent") });
    }
    const text = await readAnswer(answer);
    const mediaId = request.mediaId ?? readMediaId(text);
    const settle = async () => {
      // An id that has been uploaded to must be known as such before the client is answered.
      if (request.mediaId === undefined) await settling.over();
      const sha256 = (hash ?? createHash("sha256")).digest("hex");
      await reservation.settleBy(note.settle({ mediaId, mediaLength: sizeBytes, sha256 }));
      if (small) freePieces(small);
    };
    return { answer, text, stored: { mediaId, sizeBytes }, recorded: settle() };
  } catch (error) {
    // An answer that is not passed on would keep its connection.
    if (answer && !Buffer.isBuffer(answer.body)) answer.body.destroy();
    // Synapse cannot have stored an upload that was not sent completely.
    const isTooLarge =
      isOnItsWay && wholeBytes > SMALL_BYTES && isCutOff(error) && (await isOverMaximum(wholeBytes, request, upstream));
    if (!isOnItsWay || !isWhole() || isUnheard(error)) note.forget();
    else await note.doubt((error as Error).message);
    throw isTooLarge ? matrixError("UPLOAD_TOO_LARGE", { cause: error }) : error;
  }
}

/** Sends a small body and checks it while it is on its way: Synapse receives it at the same time. */
async function exchangeSmall(
  request: SmallRequest,
  look: (piece: Buffer) => void,
  turn: SynapseTurn,
): Promise<Exchanged> {
  const exchanging = turn.exchange(request);
  const looking = setImmediate().then(() => request.body.forEach(look));
  const exchanged = await exchanging;
  await looking;
  return exchanged;
}

function isCutOff(error: unknown): boolean {
  return MatrixError.is(error) && error.code === "UPSTREAM_BROKEN";
}

/** Whether the error means that Synapse was sent nothing, or not the whole upload. */
function isUnheard(error: unknown): boolean {
  return MatrixError.is(error) && error.code !== undefined && UNHEARD.has(error.code);
}
