import { z } from "zod";
import { matrixError } from "../errors.ts";
import { isMediaId } from "../media/media-id.ts";
import type { GuardRecords } from "./records.ts";
import type { Logger } from "../util/log.ts";
import type { Upstream } from "../proxy/to-synapse.ts";
import type { SizedBody } from "../proxy/exact-body.ts";
import { sendOn, type ForwardedRequest } from "../proxy/stream-request.ts";
import { endToEnd, READ_HERE } from "../proxy/headers.ts";
import type { UpstreamAnswer } from "../proxy/streamed-requests.ts";
import { readAnswer } from "./upload-answer.ts";

const CreatedSchema = z.object({ content_uri: z.string(), unused_expires_at: z.int() });

export interface CreateParts {
  readonly upstream: Upstream;
  readonly records: GuardRecords;
  readonly log: Logger;
  /** Milliseconds of the epoch. */
  readonly now: () => number;
}

/**
 * Has Synapse make an id for an authenticated user, and remembers whose it is. Resolves to Synapse's answer, with its
 * body where it was read. Client-Server API, `POST /_matrix/media/v1/create`.
 */
export async function createThroughUpstream(
  passage: ForwardedRequest,
  body: SizedBody,
  userId: string,
  { upstream, records, log }: CreateParts,
): Promise<{ readonly answer: UpstreamAnswer; readonly text: Buffer | undefined }> {
  const answer = await sendOn(
    upstream,
    { ...passage, asker: userId, headers: endToEnd(passage.headers, READ_HERE) },
    body,
  );
  if (answer.status !== 200) return { answer, text: undefined };
  const text = await readAnswer(answer);
  const created = readCreated(text);
  if (created) await records.addCreated(created.mediaId, userId, created.expiresTs);
  else log.warn({}, "Synapse made an id with an answer that cannot be read");
  return { answer, text };
}

/**
 * Throws where the service already knows that Synapse would refuse an upload to this id, before any module is asked:
 * 403 where it belongs to another user, 409 where it has content, 404 where it has expired. Only Synapse knows about
 * ids that were not made through this service.
 */
export async function checkCreated(
  mediaId: string,
  userId: string,
  { records, now }: Pick<CreateParts, "records" | "now">,
): Promise<void> {
  const created = await records.created(mediaId);
  if (created === undefined) return;
  if (created.userId !== userId) throw matrixError("NOT_THE_CREATOR");
  if (created.isUploaded) throw matrixError("ALREADY_UPLOADED");
  if (created.expiresTs < now()) throw matrixError("MEDIA_ID_EXPIRED");
}

function readCreated(text: Buffer): { mediaId: string; expiresTs: number } | undefined {
  try {
    const { content_uri, unused_expires_at: expiresTs } = CreatedSchema.parse(JSON.parse(text.toString()));
    const mediaId = content_uri.slice(content_uri.lastIndexOf("/") + 1);
    return isMediaId(mediaId) ? { mediaId, expiresTs } : undefined;
  } catch {
    return undefined;
  }
}
