import { matrixError } from "../../errors.ts";
import type { ProfileMedia } from "../../media/deletion/profile-media.ts";
import type { OpenModuleDatabase } from "../module-database/open-module-database.ts";
import { AVATAR_SQL } from "../sql/avatar-statements.ts";

/** Synapse has no index on avatars: each list reads a table from its beginning to its end. */
const DEADLINE_MS = 600_000;

/** The avatars in the database of a Synapse. Rejects with `HOMESERVER_FAILED` where it cannot be read. */
export function openAvatars(database: Promise<OpenModuleDatabase>, serverName: string): ProfileMedia {
  const prefix = `mxc://${serverName}/`;
  return {
    async list() {
      try {
        const opened = await database;
        const mediaIds = new Set<string>();
        for (const [name, text] of Object.entries(AVATAR_SQL)) {
          const rows = await opened.transaction(
            `media_bridge_avatars_${name}`,
            (txn) => txn.execute<{ readonly uri: string }>(text, [`${prefix}%`]),
            { deadlineMs: DEADLINE_MS },
          );
          // SQLite compares without regard to case.
          for (const { uri } of rows) if (uri.startsWith(prefix)) mediaIds.add(uri.slice(prefix.length));
        }
        return mediaIds;
      } catch (error) {
        throw matrixError("HOMESERVER_FAILED", { cause: error });
      }
    },
  };
}
