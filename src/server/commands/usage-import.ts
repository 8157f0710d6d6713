import type { Config } from "../../config/config.ts";
import { StartError } from "../../errors.ts";
import { openStores } from "../../storage/open-stores.ts";
import { importUsage, type ImportProgress } from "../../guard/import-usage.ts";
import type { Logger } from "../../util/log.ts";
import { ShutdownStack } from "../stop/shutdown-stack.ts";
import { openSynapseMedia } from "../features/open-synapse-media.ts";

/** An import of usage into the service's database, which the service may be using at the same time. */
export interface UsageImport {
  run(
    periodOf: (userId: string) => Promise<number | undefined>,
    onProgress: (progress: ImportProgress) => void,
  ): Promise<ImportProgress>;
  close(): Promise<void>;
}

/** Opens the database and Synapse. Rejects with a StartError: `CONFIG` where Synapse may not be asked, `STORE`. */
export async function openUsageImport(config: Config, log: Logger): Promise<UsageImport> {
  const cleanup = new ShutdownStack();
  const synapse = openSynapseMedia(config, log, cleanup);
  if (synapse === undefined) {
    throw new StartError(
      "CONFIG",
      "import-usage: expected media_bridge.upstream.url and either media_bridge.homeserver.admin_token_file, a file with an " +
        "administrator's access token, or media_bridge.homeserver.database",
    );
  }
  const stores = await openStores({ database: config.mediaBridge.database, log });
  cleanup.add(() => stores.close());
  return {
    run: (periodOf, onProgress) => importUsage({ records: stores.guard, synapse, periodOf, onProgress }),
    close: () => cleanup.run(log),
  };
}
