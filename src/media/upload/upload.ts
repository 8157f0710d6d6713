import type { BodySource } from "../../util/bodies/body-source.ts";
import { MatrixError, matrixError } from "../../errors.ts";
import { localFile } from "../../media-file.ts";
import type { Clock } from "../../util/clock.ts";
import {
  admit,
  admitMore,
  checkForSpam,
  judgeTrueSize,
  type AdmissionParts,
  type AdmissionRequest,
} from "./admission.ts";
import type { BlobStore, BlobWriter, StagedUpload } from "../blobs.ts";
import { createMediaId } from "../media-id.ts";
import type { UploadedMedia } from "../media-rows.ts";
import type { MediaStores } from "../stores.ts";
import type { ProviderCopies } from "../copies/provider-copies.ts";
import type { PremadeThumbnails } from "../thumbnails/premade-thumbnails.ts";
import { ContentHash } from "./content-hash.ts";
import type { Reservation } from "./quota.ts";

/** An upload by an authenticated user. */
export interface UploadRequest extends AdmissionRequest {
  readonly mediaType: string;
  /** null where the client gave none, or one that cannot be decoded. */
  readonly uploadName: string | null;
  readonly body: BodySource;
}

/** What uploads need. */
export interface UploadParts extends AdmissionParts {
  readonly clock: Pick<Clock, "now">;
  readonly stores: Pick<MediaStores, "media" | "flushed">;
  readonly blobs: BlobStore;
  readonly enableAuthenticatedMedia: boolean;
  /** Absent where no storage provider is configured. */
  readonly providers: ProviderCopies | undefined;
  /** Makes thumbnails once the upload is answered. */
  readonly premade: Pick<PremadeThumbnails, "take"> | undefined;
}

/** What was stored. */
export interface StoredUpload {
  readonly mediaId: string;
  readonly sizeBytes: number;
}

/** The media id that an upload fills, and how it comes to exist. */
export interface UploadTarget {
  readonly mediaId: string;
  /** Rejects with the {@link MatrixError} that refuses the upload where the id has been deleted meanwhile. */
  checkWanted(): Promise<void>;
  /**
   * Commits the row of a published file. From this commit on the media exists, and its bytes count from the database.
   */
  commit(media: UploadedMedia): Promise<void>;
  /** Takes the row back. */
  withdraw(): Promise<void>;
}

/** Everything that an upload has taken and must give back if it fails. */
interface Held {
  reservation?: Reservation;
  writer?: BlobWriter;
  staged?: StagedUpload;
  isCommitted?: boolean;
}

/** Takes an upload under an id of its own. Client-Server API, `POST /_matrix/media/v3/upload`. */
export function storeUpload(request: UploadRequest, parts: UploadParts): Promise<StoredUpload> {
  const mediaId = createMediaId();
  return fillMedia(
    request,
    {
      mediaId,
      // Only the answer to the upload tells the id: until then nothing can delete it.
      checkWanted: () => Promise.resolve(),
      commit: ({ uploadedTs, ...media }) =>
        parts.stores.media.insert({
          ...media,
          createdTs: uploadedTs,
          authenticated: parts.enableAuthenticatedMedia,
        }),
      withdraw: () => parts.stores.media.withdraw(mediaId, { keepsId: false }),
    },
    parts,
  );
}

/**
 * Fills a media id with what a client uploads, or throws the {@link MatrixError} that refuses it. No failure leaves a
 * file, a row or a reservation behind.
 */
export async function fillMedia(
  request: UploadRequest,
  target: UploadTarget,
  parts: UploadParts,
): Promise<StoredUpload> {
  const held: Held = {};
  try {
    // 1. to 3. The maximum, the modules and the quota let the upload pass, before its first byte.
    held.reservation = await admit(request, parts);
    // 4. The body goes to a temporary file and is hashed on the way.
    held.writer = parts.blobs.create(target.mediaId);
    const { sizeBytes, sha256 } = await receiveBody(request, held.writer, held.reservation, parts);
    const judging = () => ({ ...parts, chain: parts.chain.knowing({ sizeBytes }) });
    if (request.contentLength === undefined) {
      held.reservation = await judgeTrueSize(held.reservation, sizeBytes, request, judging());
    }
    // 5. The upload is complete: the spam check sees it, clients do not.
    held.staged = await held.writer.stage();
    const file = localFile(target.mediaId);
    if (parts.chain.has("check_media_file_for_spam")) await checkForSpam(held.staged, file, judging());
    // 6. The storage providers that the answer waits for. Like every failure before the row, a failure here leaves
    // nothing behind.
    await parts.providers?.storeNow(file, held.staged, () => target.checkWanted());
    // 7. The file is where media is read from, and the row is committed.
    await held.staged.publish();
    const commit = target.commit({
      mediaId: target.mediaId,
      mediaType: request.mediaType,
      mediaLength: sizeBytes,
      uploadedTs: parts.clock.now(),
      uploadName: request.uploadName,
      userId: request.userId,
      sha256,
      ...(parts.providers && { copyLater: parts.providers.namesForLater(file) }),
    });
    await held.reservation.settleBy(commit);
    held.isCommitted = true;
    // 8. What is answered survives a power loss. Uploads that end together share the flush.
    await parts.stores.flushed();
    await held.staged.settle();
    parts.providers?.wake();
    // 9. The thumbnails follow the answer, whether or not its client is still there.
    const { userId, mediaType } = request;
    const media = { mediaId: target.mediaId, mediaType, mediaLength: sizeBytes, userId, sha256 };
    parts.premade?.take(media, parts.chain);
    return { mediaId: target.mediaId, sizeBytes };
  } catch (error) {
    await giveUp(held, target);
    throw MatrixError.is(error) ? error : matrixError("STORE_FAILED", { cause: error });
  } finally {
    held.reservation?.release();
  }
}

/** A row that cannot be taken back keeps its file: the media exists then, although its client was told otherwise. */
async function giveUp({ writer, staged, isCommitted }: Held, target: UploadTarget): Promise<void> {
  try {
    if (isCommitted) await target.withdraw();
    await writer?.abort();
  } catch {
    await staged?.settle();
  }
}

async function receiveBody(
  request: UploadRequest,
  writer: BlobWriter,
  reservation: Reservation,
  parts: UploadParts,
): Promise<{ sizeBytes: number; sha256: string }> {
  const hash = new ContentHash(request.contentLength);
  let sizeBytes = 0;
  const take = (chunk: Buffer) => {
    sizeBytes += chunk.length;
    hash.add(chunk);
    return writer.write(chunk);
  };
  const takeWithinLimits = async (chunk: Buffer) => {
    await admitMore(reservation, sizeBytes + chunk.length, request, parts);
    await take(chunk);
  };
  await request.body.read(request.contentLength === undefined ? takeWithinLimits : take);
  return { sizeBytes, sha256: hash.digest() };
}
