import type { LoadedConfig } from "../../config/config.ts";
import { recordsOf } from "../../server/commands/user-records.ts";
import { forgetInShadows } from "../../shadow/differences/forget-user.ts";
import { readOwnUser } from "./own-user.ts";

/**
 * `media-bridge forget`. Answers what to print; throws a StartError where the database cannot be written, or the user
 * is none of this server's.
 */
export function forget({ config }: LoadedConfig, user: string): string {
  const userId = readOwnUser(user, config);
  const { rows, pseudonym, storedMedia } = recordsOf(config).eraseUser(userId);
  const differences = forgetInShadows(config.mediaBridge.dataPath, userId);
  const changed = Object.entries(rows).filter(([, count]) => count > 0);
  const kept =
    storedMedia === 0
      ? "no stored media names the user"
      : `${storedMedia} stored media still name the user as their uploader, for as long as they are there`;
  return [
    changed.length + differences === 0 ? `nothing named ${userId}` : `${userId} is erased`,
    ...(changed.length === 0 ? [] : [`rows that count have ${pseudonym} in its place:`]),
    ...changed.map(([table, count]) => `  ${table}: ${count}`),
    ...(differences === 0 ? [] : [`${differences} differences between modules and their candidates are removed`]),
    kept,
    "the service's log, backups and tables of modules are not looked at",
  ].join("\n");
}
