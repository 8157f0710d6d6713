import type { LoadedConfig } from "../config/config.ts";
import { askControl } from "../control/control-client.ts";
import { controlSocketPath } from "../control/control-socket.ts";
import { StartError } from "../errors.ts";

/**
 * `media-bridge reload`: the running service reads its configuration and modules anew. Resolves once they serve; rejects with a
 * StartError where they cannot, and what ran before goes on.
 */
export async function reload({ config }: LoadedConfig): Promise<string> {
  const { dataPath } = config.mediaBridge;
  const socket = controlSocketPath(dataPath);
  const answer = socket === undefined ? undefined : await askControl(socket, "reload", null);
  if (answer === undefined) throw new StartError("LISTEN", `no service is running on the data path ${dataPath}`);
  return "reloaded";
}
