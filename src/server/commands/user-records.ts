import type { Config } from "../../config/config.ts";
import { openRecords, type UserRecords } from "../../storage/open/open-records.ts";

/** What the service of a configuration keeps about users, with or without the running service. */
export function recordsOf({ mediaBridge }: Config): UserRecords {
  return openRecords(mediaBridge.database);
}
