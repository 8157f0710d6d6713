import { matrixError } from "../../../../errors.ts";
import type { MediaStores } from "../../../../media/stores.ts";
import { integerOf } from "../../../request/query/query-values.ts";
import type { AdminEndpoint } from "../admin-endpoint.ts";

const LIMIT = 100;

/**
 * Synapse's Admin API, `GET /_synapse/admin/v1/media/quarantine_changes`: up to 100 changes of the quarantine after
 * `from`, the earliest first.
 */
export function quarantineChangesEndpoint(parts: {
  readonly serverName: string;
  readonly stores: Pick<MediaStores, "quarantine">;
}): AdminEndpoint {
  const { quarantine } = parts.stores;
  return {
    name: "/_synapse/admin/v1/media/quarantine_changes",
    method: "get",
    async handle({ query }) {
      const from = integerOf(query, "from", { default: 0 });
      if (from > Math.max(1, await quarantine.lastPosition())) {
        throw matrixError("PARAMETER_INVALID", { message: "Query parameter from is later than the last change" });
      }
      const changes = await quarantine.changes(from, LIMIT);
      return {
        next_batch: changes.at(-1)?.position ?? Math.max(from, 1),
        changes: changes.map(({ origin, mediaId, isQuarantined }) => ({
          origin: origin ?? parts.serverName,
          media_id: mediaId,
          quarantined: isQuarantined,
        })),
      };
    },
  };
}
