import { matrixError } from "../../../errors.ts";
import { USER_AGENT, type HomeserverRequests } from "../../../homeserver/client/request.ts";
import { askRoomMedia } from "../../../homeserver/administration/room-media.ts";
import type { AdminEndpoint } from "./admin-endpoint.ts";

/**
 * Synapse's Admin API, `GET /_synapse/admin/v1/room/{roomId}/media`: what the events of a room name. The homeserver has
 * them, and is asked with the administrator's token.
 */
export function roomMediaEndpoint({ homeserver }: { readonly homeserver: HomeserverRequests }): AdminEndpoint {
  return {
    name: "/_synapse/admin/v1/room/{roomId}/media",
    method: "get",
    async handle({ req, parts: [roomId = ""], administrator }) {
      // Otherwise the question would be asked again and again.
      if (req.headers["user-agent"] === USER_AGENT) throw matrixError("HOMESERVER_IS_OURSELVES");
      return askRoomMedia(homeserver, roomId, administrator.token);
    },
  };
}
