import { existsSync } from "node:fs";
import { dirname } from "node:path";
import type { LoadedConfig } from "../../config/config.ts";
import { recordsOf } from "../../server/commands/user-records.ts";
import { forgetInShadows } from "../../shadow/differences/forget-user.ts";
import { shadowDatabase } from "../../shadow/differences/shadow-schema.ts";
import { readOwnUser } from "./own-user.ts";

/**
 * `media-bridge forget`. Answers what to print; throws a StartError where the database cannot be written, or the user
 * is none of this server's.
 */
export function forget({ config }: LoadedConfig, user: string): string {
  const userId = readOwnUser(user, config);
  const { dataPath, database } = config.mediaBridge;
  if (isOfShadowsAlone(dataPath, database.path)) return forgetInside(dataPath, userId);
  const { rows, pseudonym, storedMedia } = recordsOf(config).eraseUser(userId);
  const differences = forgetInShadows(dataPath, userId);
  const changed = Object.entries(rows).filter(([, count]) => count > 0);
  const kept =
    storedMedia === 0
      ? "no stored media names the user"
      : `${storedMedia} stored media still name the user as their uploader, for as long as they are there`;
  return [
    describe(userId, changed.length + differences),
    ...(changed.length === 0 ? [] : [`rows that count have ${pseudonym} in its place:`]),
    ...changed.map(([table, count]) => `  ${table}: ${count}`),
    ...describeDifferences(differences),
    kept,
    "the service's log, backups and tables of modules are not looked at",
  ].join("\n");
}

/** Shadows inside a Synapse keep what was compared, and no service has its database beside them. */
function isOfShadowsAlone(dataPath: string, database: string): boolean {
  return dirname(database) === dataPath && !existsSync(database) && existsSync(shadowDatabase(dataPath).path);
}

function forgetInside(dataPath: string, userId: string): string {
  const differences = forgetInShadows(dataPath, userId);
  return [
    describe(userId, differences),
    ...describeDifferences(differences),
    `${dataPath} is the folder of shadows inside a Synapse: Synapse's own database, logs, backups and tables of modules are not looked at`,
  ].join("\n");
}

function describe(userId: string, changes: number): string {
  return changes === 0 ? `nothing named ${userId}` : `${userId} is erased`;
}

function describeDifferences(count: number): string[] {
  return count === 0 ? [] : [`${count} differences between modules and their candidates are removed`];
}
