import { z } from "zod";
import type { Config } from "../../config/config.ts";
import { askControl } from "../../control/control-client.ts";
import { controlSocketPath } from "../../control/control-socket.ts";

const StatusSchema = z.object({ pid: z.int() });

/**
 * The number of the process that serves a configuration's data path; undefined where none does, or it cannot be asked.
 */
export async function findRunning({ mediaBridge: { dataPath } }: Config): Promise<number | undefined> {
  const socket = controlSocketPath(dataPath);
  const status = socket === undefined ? undefined : await askControl(socket, "status", null).catch(() => undefined);
  return StatusSchema.safeParse(status).data?.pid;
}
