import { z } from "zod";
import type { HomeserverRequests } from "../../../../homeserver/client/request.ts";
import { askRoomMedia } from "../../../../homeserver/administration/room-media.ts";
import type { AdminEndpoint, AdminRequest } from "../admin-endpoint.ts";
import { localIdOf } from "../local-media.ts";
import type { QuarantineMediaParts } from "./quarantine-media.ts";

export interface QuarantineManyParts extends QuarantineMediaParts {
  readonly homeserver: HomeserverRequests;
}

const QuarantinedSchema = z.object({ num_quarantined: z.int().nonnegative() });

/**
 * Synapse's Admin API, `POST /_synapse/admin/v1/room/{roomId}/media/quarantine`: the local media that the homeserver
 * finds in the events of a room. Counts what was quarantined before as well.
 */
export function quarantineRoomEndpoint(parts: QuarantineManyParts): AdminEndpoint {
  return {
    name: "/_synapse/admin/v1/room/{roomId}/media/quarantine",
    method: "post",
    handle: (request) => quarantineRoom(request, parts),
  };
}

/** The older path of {@link quarantineRoomEndpoint}, `POST /_synapse/admin/v1/quarantine_media/{roomId}`. */
export function quarantineRoomByOldPathEndpoint(parts: QuarantineManyParts): AdminEndpoint {
  return {
    name: "/_synapse/admin/v1/quarantine_media/{roomId}",
    method: "post",
    handle: (request) => quarantineRoom(request, parts),
  };
}

/**
 * Synapse's Admin API, `POST /_synapse/admin/v1/user/{userId}/media/quarantine`: what the user uploaded. Counts what
 * was not quarantined before.
 */
export function quarantineUserEndpoint(parts: QuarantineManyParts): AdminEndpoint {
  return {
    name: "/_synapse/admin/v1/user/{userId}/media/quarantine",
    method: "post",
    async handle(request) {
      const [userId = ""] = request.parts;
      const quarantining = { by: request.administrator.userId, quarantinedTs: parts.clock.now() };
      const { newOnes } = await parts.stores.quarantine.quarantineUser(userId, quarantining);
      return addSynapses(newOnes, request, parts);
    },
  };
}

async function quarantineRoom(request: AdminRequest, parts: QuarantineManyParts): Promise<object> {
  const [roomId = ""] = request.parts;
  const { userId: by, token } = request.administrator;
  const { local } = await askRoomMedia(parts.homeserver, roomId, token);
  const mediaIds = local.flatMap((uri) => {
    const [, serverName = "", mediaId = ""] = /^mxc:\/\/([^/]+)\/([^/]+)$/.exec(uri) ?? [];
    return localIdOf(serverName, mediaId, parts) ?? [];
  });
  const quarantining = { by, quarantinedTs: parts.clock.now() };
  const { all } = await parts.stores.quarantine.quarantine(mediaIds, quarantining);
  return addSynapses(all, request, parts);
}

/** A Synapse behind quarantines what it has itself. */
async function addSynapses(
  here: number,
  request: AdminRequest,
  { stores, behind }: QuarantineManyParts,
): Promise<object> {
  // What was done here survives a power loss before the client, or a Synapse, hears of it.
  await stores.flushed();
  const there = behind && (await behind.ask(request, QuarantinedSchema));
  return { num_quarantined: here + (there?.num_quarantined ?? 0) };
}
