import type { RecordedUsage } from "../../guard/unrecorded-usage.ts";
import type { DatabaseChoice } from "../open-stores.ts";
import { SqliteUsageLook } from "../sqlite/offline/usage-look.ts";

/**
 * Opens what users have uploaded, for a look at it without the service; nothing is made, changed or brought up to this
 * release. Throws a StartError `STORE`.
 */
export function openUsage({ path }: DatabaseChoice): RecordedUsage {
  return new SqliteUsageLook(path);
}
