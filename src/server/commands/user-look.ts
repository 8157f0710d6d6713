import type { Config } from "../../config/config.ts";
import { isGuarding } from "../../config/is-guarding.ts";
import { InProcessUsageAccounts } from "../../coordination/in-process-usage-accounts.ts";
import type { UserParts } from "../../control/user/user-question.ts";
import { UnrecordedUsage } from "../../guard/unrecorded-usage.ts";
import { QuotaLedger } from "../../media/upload/quota.ts";
import { openUsage } from "../../storage/open/open-usage.ts";
import type { Logger } from "../../util/log.ts";
import { loadModulesForDryRun, type DryRunOptions } from "./dry-run.ts";
import { openSynapseMedia } from "../features/open-synapse-media.ts";
import { ShutdownStack } from "../stop/shutdown-stack.ts";

/** What is known of users without a running service. */
export interface UserLook extends UserParts {
  close(): Promise<void>;
}

/**
 * Opens the modules and the database of a configuration for a look at users: modules as for `call`, the database for reading
 * alone. Rejects with a StartError.
 */
export async function openUserLook(config: Config, log: Logger, options: DryRunOptions): Promise<UserLook> {
  const cleanup = new ShutdownStack();
  try {
    const recorded = openUsage(config.mediaBridge.database);
    cleanup.add(() => recorded.close());
    const synapse = openSynapseMedia(config, log, cleanup);
    const modules = await loadModulesForDryRun(config, { ...options, mayRead: "anywhere" });
    cleanup.add((graceMs) => modules.stop(graceMs));
    const isCounting = isGuarding(config) && synapse !== undefined;
    const usage = isCounting ? new UnrecordedUsage(recorded, synapse) : recorded;
    return {
      config,
      modules,
      ledger: new QuotaLedger(usage, { accounts: new InProcessUsageAccounts() }),
      isUsagePartial: isGuarding(config) && synapse === undefined,
      close: () => cleanup.run(log, 0),
    };
  } catch (error) {
    await cleanup.run(log, 0);
    throw error;
  }
}
