import type { LoadedConfig } from "../../config/config.ts";
import { askControl } from "../../control/control-client.ts";
import { controlSocketPath } from "../../control/control-socket.ts";
import { StartError } from "../../errors.ts";
import type { ServiceStatus } from "../../status/service-status.ts";
import { askInsideStatus } from "../../inside/status/ask-status.ts";
import { formatInsideStatus } from "../../status/inside/inside-text.ts";
import { formatStatus } from "../../status/status-text.ts";

/**
 * `media-bridge status`: how the running service is doing. Rejects with a StartError where none runs, or it is still
 * starting.
 */
export async function status({ config }: LoadedConfig, options: { readonly json: boolean }): Promise<string> {
  const { dataPath } = config.mediaBridge;
  const socket = controlSocketPath(dataPath);
  if (socket === undefined) {
    throw new StartError("LISTEN", `${dataPath} is too long for a control socket: the status page tells the same`);
  }
  const answer = (await askControl(socket, "report", null)) as ServiceStatus | undefined;
  if (answer === undefined) throw new StartError("LISTEN", `no service is running on the data path ${dataPath}`);
  return options.json ? JSON.stringify(answer, null, 2) : formatStatus(answer);
}

/** `media-bridge status --socket`: how a `media-bridge callbacks` is doing. Rejects with a StartError. */
export async function statusInside(socket: string, options: { readonly json: boolean }): Promise<string> {
  const answer = await askInsideStatus(socket);
  return options.json ? JSON.stringify(answer, null, 2) : formatInsideStatus(answer);
}
