import { CallbackChain } from "../../callbacks/callback-chain.ts";
import type { MediaUploadLimit } from "../../callbacks/limit.ts";
import type { Config, LoadedConfig } from "../../config/config.ts";
import { StartError } from "../../errors.ts";
import { loadModulesForDryRun } from "../../server/commands/dry-run.ts";
import { openUsageImport } from "../../server/commands/usage-import.ts";
import { openCommandLog } from "../terminal/command-log.ts";
import { isolateModuleOutput } from "../terminal/module-output.ts";
import { Progress } from "../terminal/progress.ts";
import { showPythonSetup } from "../terminal/python-setup-progress.ts";

export interface ImportUsageOptions {
  /** Instead of the longest period of the limits in use, milliseconds. */
  readonly periodMs: number | undefined;
}

/**
 * `media-bridge import-usage`: reads what users uploaded to Synapse before this service was put in front of it.
 * Resolves to a text that says what was found. Rejects with a StartError where Synapse cannot be asked: run the command
 * again, and it continues where it stopped.
 */
export async function importUsage({ config }: LoadedConfig, options: ImportUsageOptions): Promise<string> {
  const progress = new Progress();
  const imports = await openUsageImport(config, await openCommandLog(config, progress));
  try {
    const periods = await openPeriods(config, options);
    try {
      const found = await imports.run(
        (userId) => periods.of(userId),
        ({ users, usersDone, media }) =>
          progress.count({ done: usersDone, total: users, things: "users", more: `${media} media` }),
      );
      return (
        `${found.usersDone} users, ${found.media} media of ${found.bytes} bytes within their limits' periods` +
        (found.usersSkipped > 0 ? `; ${found.usersSkipped} users were read before the last import was interrupted` : "")
      );
    } finally {
      await periods.close();
    }
  } catch (error) {
    if (error instanceof StartError) throw error;
    const reason = (error as Error).message;
    throw new StartError(
      "HOMESERVER",
      `Synapse cannot be asked for usage: ${reason}; run import-usage again to continue`,
      {
        cause: error,
      },
    );
  } finally {
    progress.end();
    await imports.close();
  }
}

interface Periods {
  of(userId: string): Promise<number | undefined>;
  close(): Promise<void>;
}

/**
 * The longest period of a user's limits: those that modules return, otherwise those of the configuration; and those that
 * are not enforced.
 */
async function openPeriods(config: Config, { periodMs }: ImportUsageOptions): Promise<Periods> {
  if (periodMs !== undefined) return { of: async () => periodMs, close: async () => undefined };
  isolateModuleOutput();
  const modules = await loadModulesForDryRun(config, { onProgress: showPythonSetup() });
  const chain = new CallbackChain({
    registry: modules.registry,
    isUserAdmin: modules.isUserAdmin,
    policies: config.mediaBridge.callbacks,
    observe: () => undefined,
    onLate: () => undefined,
    onUnenforced: () => undefined,
  });
  return {
    async of(userId) {
      const limits: MediaUploadLimit[] = [];
      const asked = chain.knowing({ onUnenforcedLimits: (_slot, given) => limits.push(...given) });
      const decision = await asked.decide("get_media_upload_limits_for_user", userId, 0);
      limits.push(...(decision?.value ?? config.mediaUploadLimits));
      const periods = limits.map(({ timePeriodMs }) => Number(timePeriodMs));
      return periods.length === 0 ? undefined : Math.max(...periods);
    },
    close: () => modules.stop(0),
  };
}
