import { z } from "zod";
import { runCall } from "../control/call.ts";
import { listenForControl, type ControlHandlers } from "../control/control-server.ts";
import { controlSocketPath } from "../control/control-socket.ts";
import type { Config } from "../config/config.ts";
import { StartError } from "../errors.ts";
import type { LoadedModules } from "../modules/load.ts";
import type { Logger } from "../util/log.ts";
import type { Cleanup } from "./cleanup.ts";

const CallParamsSchema = z.strictObject({ callback: z.string(), args: z.array(z.string()) });

/** What runs at a moment: a configuration and the modules that were loaded by it. */
export interface Running {
  readonly config: Config;
  readonly modules: LoadedModules;
}

/**
 * Opens the control socket, by which `media-bridge` commands reach this service and its data path is held. `running` is
 * undefined until the service serves.
 */
export async function openControl(
  config: Config,
  log: Logger,
  running: () => Running | undefined,
  cleanup: Cleanup,
): Promise<void> {
  const { dataPath } = config.mediaBridge;
  const path = controlSocketPath(dataPath);
  if (path === undefined) {
    log.warn(
      { dataPath },
      "media_bridge.data_path is too long for a control socket: commands cannot reach this service",
    );
    return;
  }
  const handlers: ControlHandlers = {
    status: async () => ({ pid: process.pid, isServing: running() !== undefined }),
    call: async (params) => {
      const { callback, args } = CallParamsSchema.parse(params);
      const current = running();
      if (current === undefined) throw new StartError("LISTEN", "the service is still starting");
      return runCall(callback, args, current.modules, current.config);
    },
  };
  const server = await listenForControl(path, handlers, log);
  cleanup.add(() => void server.close());
}
