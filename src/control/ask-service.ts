import type { Config } from "../config/config.ts";
import { StartError } from "../errors.ts";
import { askControl } from "./control-client.ts";
import { controlSocketPath } from "./control-socket.ts";

/** Whose modules a command asks: those of the running service, or those of the configuration, loaded for the command alone. */
export type Asked = "service" | "configuration";

/** The line that says so. */
export function describeAsked(asked: Asked): string {
  return asked === "service"
    ? "asked: the running service"
    : "asked: the configuration, by modules that were loaded for this command alone";
}

/** Has the service that runs with a configuration do something. Resolves to its result, undefined where none runs. */
export async function askRunning(config: Config, command: string, params: unknown): Promise<unknown> {
  const path = controlSocketPath(config.mediaBridge.dataPath);
  return path === undefined ? undefined : askControl(path, command, params);
}

/**
 * Has the service that runs with a configuration do something. Resolves to its result; rejects with a StartError `LISTEN`
 * where none runs.
 */
export async function askService(config: Config, command: string, params: unknown): Promise<unknown> {
  const { dataPath } = config.mediaBridge;
  const path = controlSocketPath(dataPath);
  if (path === undefined) {
    const why = `media_bridge.data_path is too long for a control socket: ${dataPath}`;
    throw new StartError("LISTEN", `The running service cannot be asked, ${why}; ask the configuration with --config`);
  }
  const result = await askRunning(config, command, params);
  if (result !== undefined) return result;
  throw new StartError(
    "LISTEN",
    `No service runs with this configuration (none answers on ${path}): start it, or ask the configuration with --config`,
  );
}
