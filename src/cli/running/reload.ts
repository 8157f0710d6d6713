import { z } from "zod";
import type { LoadedConfig } from "../../config/config.ts";
import { askControl } from "../../control/control-client.ts";
import { controlSocketPath } from "../../control/control-socket.ts";
import { StartError } from "../../errors.ts";
import { listWarnings } from "../check/list-warnings.ts";

const ReloadedSchema = z.object({ problems: z.array(z.string()), notEnforced: z.array(z.string()) });

/**
 * `media-bridge reload`: the running service reads its configuration and modules again. Warnings go to stderr, as
 * `check` words them. Resolves once they serve. Rejects with a StartError where they cannot be loaded, and the former
 * ones continue to run.
 */
export async function reload(loaded: LoadedConfig): Promise<string> {
  const { dataPath } = loaded.config.mediaBridge;
  const socket = controlSocketPath(dataPath);
  const answer = socket === undefined ? undefined : await askControl(socket, "reload", null);
  if (answer === undefined) throw new StartError("LISTEN", `no service is running on the data path ${dataPath}`);
  // Only now: where the service refuses the configuration, its reason comes first.
  for (const warning of listWarnings(loaded)) console.error(`warning: ${warning}`);
  const { problems, notEnforced } = ReloadedSchema.parse(answer);
  return [...notEnforced.map((what) => `REPORT ONLY: ${what}`), ...problems, "reloaded"].join("\n");
}
