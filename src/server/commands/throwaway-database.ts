import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Config } from "../../config/config.ts";
import { openStores } from "../../storage/open-stores.ts";
import type { Logger } from "../../util/log.ts";

/** A configuration with which Python modules can be looked at before the service was ever started. */
export interface Prepared {
  readonly config: Config;
  /** Removes what was made for it. */
  remove(): Promise<void>;
}

/**
 * Where Python modules work on the service's own database and that does not exist yet, an empty one in a folder for
 * temporary files takes its place: a module should be told of missing tables, and not of a missing file.
 */
export async function prepareDatabase(config: Config, log: Logger): Promise<Prepared> {
  const { moduleDatabase, database } = config.mediaBridge;
  const isWanted =
    config.modules.some(({ language }) => language === "python") && moduleDatabase.homeserver === undefined;
  if (!isWanted || existsSync(database.path)) return { config, remove: async () => undefined };
  const folder = mkdtempSync(join(tmpdir(), "media-bridge-check-"));
  const empty = { path: join(folder, "media.db") };
  await (await openStores({ database: empty, log })).close();
  return {
    config: { ...config, mediaBridge: { ...config.mediaBridge, database: empty } },
    remove: async () => rmSync(folder, { recursive: true, force: true }),
  };
}
