import { z } from "zod";
import { matrixError } from "../../../../errors.ts";
import { findDeletable } from "../../../../media/deletion/find-deletable.ts";
import type { ProfileMedia } from "../../../../media/deletion/profile-media.ts";
import type { AccessTimes } from "../../../../media/download/access-times.ts";
import type { MediaStores } from "../../../../media/stores.ts";
import { booleanOf, integerOf } from "../../../request/query/query-values.ts";
import type { Query } from "../../../request/query/query.ts";
import type { AdminEndpoint, AdminRequest } from "../admin-endpoint.ts";
import { checkLocalUser, mediaPageOf, type UserMediaParts } from "../user-media.ts";
import { deletedAnswer, type DeleteMediaParts } from "./delete-media.ts";

export interface DeleteManyParts extends DeleteMediaParts, UserMediaParts {
  readonly stores: DeleteMediaParts["stores"] & Pick<MediaStores, "deletions">;
  readonly accessTimes: Pick<AccessTimes, "mustFlush">;
  readonly profiles: ProfileMedia;
}

/** A time before it, in milliseconds, is one in seconds: 1970 has no media. */
const FIRST_PLAUSIBLE_TS = 30_000_000_000;

const DeletedSchema = z.object({ deleted_media: z.array(z.string()) });

/** Synapse's Admin API, `POST /_synapse/admin/v1/media/delete`: local media by time and size. */
export function deleteByDateEndpoint(parts: DeleteManyParts): AdminEndpoint {
  return {
    name: "/_synapse/admin/v1/media/delete",
    method: "post",
    handle: (request) => deleteByDate(request, parts),
  };
}

/** The older path of {@link deleteByDateEndpoint}, `POST /_synapse/admin/v1/media/{serverName}/delete`. */
export function deleteByDateByOldPathEndpoint(parts: DeleteManyParts): AdminEndpoint {
  return {
    name: "/_synapse/admin/v1/media/{serverName}/delete",
    method: "post",
    async handle(request) {
      const [serverName] = request.parts;
      if (serverName !== parts.serverName) throw matrixError("MEDIA_NOT_LOCAL");
      return deleteByDate(request, parts);
    },
  };
}

/** Synapse's Admin API, `DELETE /_synapse/admin/v1/users/{userId}/media`: the media of one page of the list. */
export function deleteUserMediaEndpoint(parts: DeleteManyParts): AdminEndpoint {
  return {
    name: "/_synapse/admin/v1/users/{userId}/media",
    method: "delete",
    async handle(request) {
      const [userId = ""] = request.parts;
      const page = mediaPageOf(request.query);
      await checkLocalUser(userId, request.administrator.token, parts);
      const { entries } = await parts.stores.administration.mediaOf(userId, page);
      const deletedIds = await parts.deletion.delete(entries.map(({ mediaId }) => mediaId));
      return addSynapses(deletedIds, request, parts);
    },
  };
}

/** Synapse's Admin API, `POST /_synapse/admin/v1/purge_media_cache`: media of other servers, of which this keeps none. */
export function purgeCacheEndpoint({ behind }: Pick<DeleteManyParts, "behind">): AdminEndpoint {
  return {
    name: "/_synapse/admin/v1/purge_media_cache",
    method: "post",
    async handle(request) {
      beforeTsOf(request.query);
      return behind ? behind.passOn(request) : { deleted: 0 };
    },
  };
}

async function deleteByDate(request: AdminRequest, parts: DeleteManyParts): Promise<object> {
  const { query, administrator } = request;
  const criteria = { beforeTs: beforeTsOf(query), largerThanBytes: integerOf(query, "size_gt", { default: 0 }) };
  const keepsProfiles = booleanOf(query, "keep_profiles", true);
  const kept = keepsProfiles ? await parts.profiles.list(administrator.token) : new Set<string>();
  const deletedIds: string[] = [];
  const { accessTimes, stores } = parts;
  for await (const piece of findDeletable(criteria, { rows: stores.deletions, accessTimes, kept })) {
    deletedIds.push(...(await parts.deletion.delete(piece, criteria)));
  }
  return addSynapses(deletedIds, request, parts);
}

/** Throws `M_MISSING_PARAM`, and `M_INVALID_PARAM` for a value that is not a time in milliseconds. */
function beforeTsOf(query: Query): number {
  const beforeTs = integerOf(query, "before_ts");
  if (beforeTs >= FIRST_PLAUSIBLE_TS) return beforeTs;
  throw matrixError("PARAMETER_INVALID", {
    message: `Query parameter before_ts is a time in 1970, in milliseconds: ${beforeTs} may be one in seconds`,
  });
}

/** A Synapse behind deletes what it has itself. */
async function addSynapses(
  deletedIds: readonly string[],
  request: AdminRequest,
  { behind }: DeleteManyParts,
): Promise<object> {
  const there = behind && (await behind.ask(request, DeletedSchema));
  return deletedAnswer([...deletedIds, ...(there?.deleted_media ?? [])]);
}
