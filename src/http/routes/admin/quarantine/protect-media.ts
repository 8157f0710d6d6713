import { matrixError } from "../../../../errors.ts";
import type { AdminEndpoint, AdminRequest } from "../admin-endpoint.ts";
import { answerOrPassOn, localIdOf, type LocalMediaParts } from "../local-media.ts";

/**
 * Synapse's Admin API, `POST /_synapse/admin/v1/media/protect/{mediaId}`: quarantine and deletion by rules spare the
 * media from now on.
 */
export function protectMediaEndpoint(parts: LocalMediaParts): AdminEndpoint {
  return {
    name: "/_synapse/admin/v1/media/protect/{mediaId}",
    method: "post",
    handle: (request) => setProtection(request, parts, true),
  };
}

/** Synapse's Admin API, `POST /_synapse/admin/v1/media/unprotect/{mediaId}`: they do not spare it any more. */
export function unprotectMediaEndpoint(parts: LocalMediaParts): AdminEndpoint {
  return {
    name: "/_synapse/admin/v1/media/unprotect/{mediaId}",
    method: "post",
    handle: (request) => setProtection(request, parts, false),
  };
}

function setProtection(
  request: AdminRequest,
  parts: LocalMediaParts,
  isProtected: boolean,
): Promise<object | undefined> {
  const [mediaId = ""] = request.parts;
  return answerOrPassOn(request, localIdOf(parts.serverName, mediaId, parts), parts, {
    async here(localId) {
      await parts.stores.quarantine.protect(localId, isProtected);
      await parts.stores.flushed();
      return {};
    },
    otherwise: () => {
      // Synapse's errcode for these paths.
      throw matrixError("NOT_FOUND", { errcode: "M_UNKNOWN", message: "Unknown media" });
    },
  });
}
