import { fstatSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { extname } from "node:path";
import { StartError } from "../errors.ts";
import { openOneBufferSocket } from "../util/sockets/one-buffer-socket.ts";
import { ChannelLog } from "./channel-log.ts";
import { serveSynapse } from "./host.ts";
import { OneConfiguration } from "./one-configuration.ts";
import type { OpenShadows } from "./shadows.ts";
import { HostStatus } from "./status/host-status.ts";

const STDIN = 0;
const NOT_A_CHANNEL =
  "callbacks: expected a Synapse at the other end of standard input, which starts this command by itself " +
  "(docs/inside-synapse.md); with --socket <path> Synapses connect to a socket instead";

/**
 * Serves the Synapse that started this process, over the socket that is its standard input: nothing that a module
 * prints can get into it. `openShadows` opens the shadows of its modules. Resolves once Synapse is gone.
 */
export async function serveStdio(openShadows: OpenShadows): Promise<void> {
  if (!fstatSync(STDIN).isSocket()) throw new StartError("LISTEN", NOT_A_CHANNEL);
  const lines = new ChannelLog();
  let guard: Worker | undefined;
  await serveSynapse(openOneBufferSocket(STDIN), {
    log: lines.logger("debug"),
    configuration: new OneConfiguration(),
    generation: 1,
    openShadows,
    status: new HostStatus(),
    onConnection: (connection) => lines.attach(connection),
    onPeer: (pid) => (guard ??= guardAgainstOrphan(pid)),
  });
  await guard?.terminate();
}

/** A module that never yields would keep this process, which then does not see that Synapse is gone: a thread does. */
function guardAgainstOrphan(synapse: number): Worker {
  const file = new URL(`./orphan-thread${extname(import.meta.url)}`, import.meta.url);
  const worker = new Worker(file, {
    execArgv: [],
    workerData: { synapse },
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
  });
  worker.unref();
  return worker;
}
