import type { Config } from "../config/config.ts";
import { StartError } from "../errors.ts";
import { openSqliteMetadata } from "../storage/sqlite/sqlite-metadata.ts";
import { importUsage, type ImportProgress } from "../guard/import-usage.ts";
import type { Logger } from "../util/log.ts";
import { ShutdownStack } from "./shutdown-stack.ts";
import { openSynapseMedia } from "./open-synapse-media.ts";

/** An import of usage into the service's database, which the service may be using meanwhile. */
export interface UsageImport {
  run(
    periodOf: (userId: string) => Promise<number | undefined>,
    onProgress: (progress: ImportProgress) => void,
  ): Promise<ImportProgress>;
  close(): Promise<void>;
}

/** Opens the database and Synapse. Throws a StartError: `CONFIG` where Synapse may not be asked, `STORE`. */
export function openUsageImport(config: Config, log: Logger): UsageImport {
  const cleanup = new ShutdownStack();
  const synapse = openSynapseMedia(config, log, cleanup);
  if (synapse === undefined) {
    throw new StartError(
      "CONFIG",
      "import-usage: expected media_bridge.upstream.url and either media_bridge.homeserver.admin_token_file, a file with an " +
        "administrator's access token, or media_bridge.homeserver.database",
    );
  }
  const metadata = openSqliteMetadata({ path: config.mediaBridge.database.path, log });
  cleanup.add(() => metadata.close());
  const records = metadata.guardRecords();
  return {
    run: (periodOf, onProgress) => importUsage({ records, synapse, periodOf, onProgress }),
    close: () => cleanup.run(log),
  };
}
