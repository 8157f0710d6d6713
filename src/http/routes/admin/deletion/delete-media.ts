import { matrixError } from "../../../../errors.ts";
import type { MediaDeletion } from "../../../../media/deletion/media-deletion.ts";
import type { AdminEndpoint } from "../admin-endpoint.ts";
import { answerOrPassOn, localIdOf, type LocalMediaParts, unknownMedia } from "../local-media.ts";

export interface DeleteMediaParts extends LocalMediaParts {
  readonly deletion: Pick<MediaDeletion, "delete">;
}

/** Synapse's Admin API, `DELETE /_synapse/admin/v1/media/{serverName}/{mediaId}`: one media, protected or not. */
export function deleteMediaEndpoint(parts: DeleteMediaParts): AdminEndpoint {
  return {
    name: "/_synapse/admin/v1/media/{serverName}/{mediaId}",
    method: "delete",
    async handle(request) {
      const [serverName = "", mediaId = ""] = request.parts;
      return answerOrPassOn(request, localIdOf(serverName, mediaId, parts), parts, {
        async here(localId) {
          const deletedIds = await parts.deletion.delete([localId]);
          // Another request was quicker.
          if (deletedIds.length === 0) throw unknownMedia();
          return deletedAnswer(deletedIds);
        },
        otherwise() {
          throw serverName === parts.serverName ? unknownMedia() : matrixError("MEDIA_NOT_LOCAL");
        },
      });
    },
  };
}

/** What every deletion of local media answers. */
export function deletedAnswer(deletedIds: readonly string[]): object {
  return { deleted_media: deletedIds, total: deletedIds.length };
}
