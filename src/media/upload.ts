import { createHash } from "node:crypto";
import type { CallbackChain } from "../callbacks/chain.ts";
import type { MediaUploadLimit } from "../callbacks/limit.ts";
import { MatrixError, matrixError } from "../errors.ts";
import type { BlobStore, BlobWriter } from "./blobs.ts";
import { createMediaId } from "./media-id.ts";
import type { MediaMetadata } from "./metadata.ts";
import type { Breach, QuotaLedger, Reservation } from "./quota.ts";

/** The body of an upload. */
export interface UploadBody {
  /**
   * Hands every piece to `sink`, in order, waiting for what it returns. Nothing is read from the client, and no `100 Continue`
   * is sent, before this is called. Rejects with a MatrixError where the body is cut short or stalls, and with whatever `sink` throws.
   */
  read(sink: (chunk: Buffer) => Promise<void> | void): Promise<void>;
}

/** An upload by a user who is known. */
export interface UploadRequest {
  readonly userId: string;
  /** Bytes declared; undefined for a body without a declared length. */
  readonly contentLength: number | undefined;
  readonly mediaType: string;
  /** null: none was given; undefined: it is not UTF-8. */
  readonly uploadName: string | null | undefined;
  readonly body: UploadBody;
}

/** What uploads need. */
export interface UploadParts {
  readonly chain: CallbackChain;
  readonly metadata: MediaMetadata;
  readonly blobs: BlobStore;
  readonly ledger: QuotaLedger;
  readonly maxUploadSizeBytes: number;
  /** Limits of the configuration, for users about whom no module has a say. */
  readonly defaultLimits: readonly MediaUploadLimit[];
  readonly enableAuthenticatedMedia: boolean;
  /** Where a limit without an `info_uri` of its own points to; null without a `public_baseurl`. */
  readonly limitPage: string | null;
}

/** What was stored. */
export interface StoredUpload {
  readonly mediaId: string;
  readonly sizeBytes: number;
}

/** Everything an upload has taken and must give back should it fail. */
interface Held {
  reservation?: Reservation;
  writer?: BlobWriter;
}

/**
 * Takes an upload in, or throws the {@link MatrixError} that refuses it. Whatever fails leaves no file, no row and no
 * reservation behind. Client-Server API, `POST /_matrix/media/v3/upload`.
 */
export async function storeUpload(request: UploadRequest, parts: UploadParts): Promise<StoredUpload> {
  const held: Held = {};
  try {
    // 1. The declared size against the service's own maximum, before anybody is asked.
    checkMaximum(request.contentLength ?? 0, parts);
    // 2. Modules: may this user upload so much, and under which limits?
    const limits = await askModules(request, parts);
    if (request.uploadName === undefined) throw matrixError("FILE_NAME_NOT_UTF8");
    // 3. The quota is reserved before the first byte.
    held.reservation = await parts.ledger.open(request.userId, limits);
    await reserve(held.reservation, request.contentLength ?? 0, request, parts);
    // 4. The body goes to a temporary file and is hashed on the way.
    const mediaId = createMediaId();
    held.writer = parts.blobs.create(mediaId);
    const { sizeBytes, sha256 } = await receiveBody(request, held.writer, held.reservation, parts);
    if (request.contentLength === undefined) await askAllowed(request, sizeBytes, parts);
    // 5. The file gets its final path, where the spam check and nobody else sees it.
    const path = await held.writer.publish();
    await checkForSpam(path, mediaId, parts);
    // 6. The row is committed: from here on the media exists, and its bytes count from the database.
    await parts.metadata.insertLocalMedia({
      mediaId,
      mediaType: request.mediaType,
      mediaLength: sizeBytes,
      createdTs: Date.now(),
      uploadName: request.uploadName,
      userId: request.userId,
      authenticated: parts.enableAuthenticatedMedia,
      sha256,
    });
    held.reservation.settle();
    await held.writer.settle();
    return { mediaId, sizeBytes };
  } catch (error) {
    await held.writer?.abort();
    throw MatrixError.is(error) ? error : matrixError("STORE_FAILED", { cause: error });
  } finally {
    held.reservation?.release();
  }
}

function checkMaximum(sizeBytes: number, { maxUploadSizeBytes }: UploadParts): void {
  if (sizeBytes > maxUploadSizeBytes) throw matrixError("UPLOAD_TOO_LARGE");
}

/** The limits for this upload; without a declared length the question whether it is allowed waits until the size is known. */
async function askModules(
  request: UploadRequest,
  { chain, defaultLimits }: UploadParts,
): Promise<readonly MediaUploadLimit[]> {
  const { userId, contentLength } = request;
  if (contentLength === undefined) {
    const limits = await chain.decide("get_media_upload_limits_for_user", userId, 0);
    return limits?.value ?? defaultLimits;
  }
  const [denied, limits] = await chain.decideBoth(
    { kind: "is_user_allowed_to_upload_media_of_size", args: [userId, contentLength] },
    { kind: "get_media_upload_limits_for_user", args: [userId, contentLength] },
  );
  if (denied) throw matrixError("UPLOAD_TOO_LARGE");
  return limits?.value ?? defaultLimits;
}

async function askAllowed({ userId }: UploadRequest, sizeBytes: number, { chain }: UploadParts): Promise<void> {
  const denied = await chain.decide("is_user_allowed_to_upload_media_of_size", userId, sizeBytes);
  if (denied) throw matrixError("UPLOAD_TOO_LARGE");
}

async function reserve(
  reservation: Reservation,
  totalBytes: number,
  request: UploadRequest,
  parts: UploadParts,
): Promise<void> {
  const breach = reservation.growTo(totalBytes);
  if (breach) throw await refuse(breach, totalBytes, request, parts);
}

/** Tells the modules that a limit was met, and words the refusal (MSC4335), unless one of them words it. */
async function refuse(
  { limit, sentBytes }: Breach,
  attemptedBytes: number,
  { userId }: UploadRequest,
  { chain, limitPage }: UploadParts,
): Promise<MatrixError> {
  const worded = await chain.notify("on_media_upload_limit_exceeded", userId, limit, sentBytes, attemptedBytes);
  const infoUri = limit.infoUri ?? limitPage;
  return (
    worded ??
    matrixError("LIMIT_EXCEEDED", {
      fields: { ...(infoUri !== null && { info_uri: infoUri }), ...(limit.canUpgrade && { can_upgrade: true }) },
    })
  );
}

async function receiveBody(
  request: UploadRequest,
  writer: BlobWriter,
  reservation: Reservation,
  parts: UploadParts,
): Promise<{ sizeBytes: number; sha256: string }> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  const take = (chunk: Buffer) => {
    sizeBytes += chunk.length;
    hash.update(chunk);
    return writer.write(chunk);
  };
  const takeWithinLimits = async (chunk: Buffer) => {
    checkMaximum(sizeBytes + chunk.length, parts);
    await reserve(reservation, sizeBytes + chunk.length, request, parts);
    await take(chunk);
  };
  await request.body.read(request.contentLength === undefined ? takeWithinLimits : take);
  return { sizeBytes, sha256: hash.digest("hex") };
}

async function checkForSpam(path: string, mediaId: string, { chain }: UploadParts): Promise<void> {
  const refused = await chain.decide("check_media_file_for_spam", path, {
    serverName: null,
    fileId: mediaId,
    urlCache: false,
    thumbnail: null,
  });
  if (refused) throw matrixError("BAD_CONTENT");
}
