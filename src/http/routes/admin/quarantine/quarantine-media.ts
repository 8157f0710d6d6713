import type { Clock } from "../../../../util/clock.ts";
import type { AdminEndpoint, AdminRequest } from "../admin-endpoint.ts";
import { answerOrPassOn, localIdOf, type LocalMediaParts } from "../local-media.ts";

export interface QuarantineMediaParts extends LocalMediaParts {
  readonly clock: Pick<Clock, "now">;
}

/**
 * Synapse's Admin API, `POST /_synapse/admin/v1/media/quarantine/{serverName}/{mediaId}`: with the media, all others of
 * the same content. An unknown id is answered as a known one.
 */
export function quarantineMediaEndpoint(parts: QuarantineMediaParts): AdminEndpoint {
  const { stores, clock } = parts;
  return {
    name: "/_synapse/admin/v1/media/quarantine/{serverName}/{mediaId}",
    method: "post",
    handle: (request) =>
      actOnMedia(request, parts, async (mediaId) => {
        const { userId: by } = request.administrator;
        await stores.quarantine.quarantine([mediaId], { by, quarantinedTs: clock.now() });
      }),
  };
}

/** Synapse's Admin API, `POST /_synapse/admin/v1/media/unquarantine/{serverName}/{mediaId}`. */
export function unquarantineMediaEndpoint(parts: LocalMediaParts): AdminEndpoint {
  return {
    name: "/_synapse/admin/v1/media/unquarantine/{serverName}/{mediaId}",
    method: "post",
    handle: (request) => actOnMedia(request, parts, (mediaId) => parts.stores.quarantine.release(mediaId)),
  };
}

function actOnMedia(
  request: AdminRequest,
  parts: LocalMediaParts,
  act: (mediaId: string) => Promise<void>,
): Promise<object | undefined> {
  const [serverName = "", mediaId = ""] = request.parts;
  return answerOrPassOn(request, localIdOf(serverName, mediaId, parts), parts, {
    async here(localId) {
      await act(localId);
      await parts.stores.flushed();
      return {};
    },
    otherwise: () => ({}),
  });
}
