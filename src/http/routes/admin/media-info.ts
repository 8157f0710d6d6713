import type { AdministeredMedia } from "../../../media/administration/administration-rows.ts";
import type { AdminEndpoint } from "./admin-endpoint.ts";
import { answerOrPassOn, localIdOf, type LocalMediaParts, unknownMedia } from "./local-media.ts";
import { listedMedia } from "./media-json.ts";

/** Synapse's Admin API, `GET /_synapse/admin/v1/media/{serverName}/{mediaId}`: everything that is known of media. */
export function mediaInfoEndpoint(parts: LocalMediaParts): AdminEndpoint {
  return {
    name: "/_synapse/admin/v1/media/{serverName}/{mediaId}",
    method: "get",
    async handle(request) {
      const [serverName = "", mediaId = ""] = request.parts;
      return answerOrPassOn(request, localIdOf(serverName, mediaId, parts), parts, {
        async here(localId) {
          const media = await parts.stores.administration.find(localId);
          if (media === undefined) throw unknownMedia();
          return { media_info: describeMedia(media) };
        },
        otherwise: () => {
          throw unknownMedia();
        },
      });
    },
  };
}

function describeMedia(media: AdministeredMedia): object {
  return {
    ...listedMedia(media),
    // A Synapse on SQLite writes a number here, and true or false in the list of a user's media.
    safe_from_quarantine: Number(media.isProtected),
    // These two are known of media of other servers only.
    media_origin: null,
    filesystem_id: null,
  };
}
