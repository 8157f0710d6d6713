import { connect, createServer, type Server, type Socket } from "node:net";
import { lstatSync } from "node:fs";
import { StartError } from "../errors.ts";
import type { Logger } from "../util/log.ts";
import { listenOnSocket } from "../util/sockets/private-socket.ts";
import { removeSocket } from "../util/sockets/remove-socket.ts";
import { serveSynapse } from "./host.ts";
import { OneConfiguration } from "./one-configuration.ts";
import type { OpenShadows } from "./shadows.ts";
import { HostStatus } from "./status/host-status.ts";

/** A process that connects names the files that this one loads: only the same user may, who is Synapse's. */
const MODE = 0o600;
/** Synapse processes at a time: each has modules of its own. */
const MAX_CONNECTIONS = 64;
/** A Synapse says which modules it has as soon as it is connected. */
const INITIALIZE_WITHIN_MS = 30_000;

/** A socket to which Synapses connect. */
export interface CallbacksSocket {
  /** Takes no more Synapses, and ends the modules of those that are connected. */
  stop(): Promise<void>;
}

/** How Synapses are served. */
export interface ListenOptions {
  /** Opens the shadows of modules. */
  readonly openShadows: OpenShadows;
  /** How long a connection may take to send `initialize`, in milliseconds. */
  readonly initializeWithinMs?: number;
}

/**
 * Listens on a Unix socket and serves each Synapse process that connects, with modules of its own. A socket that a
 * killed process left is removed. Rejects with a StartError `LISTEN` where another process listens there, or the socket
 * cannot be made.
 */
export async function listenForSynapse(
  path: string,
  log: Logger,
  { openShadows, initializeWithinMs = INITIALIZE_WITHIN_MS }: ListenOptions,
): Promise<CallbacksSocket> {
  await removeStale(path);
  const configuration = new OneConfiguration();
  const status = new HostStatus();
  const serving = new Map<Socket, Promise<void>>();
  let generation = 0;
  const server = createServer((channel) => {
    generation += 1;
    const served = serveSynapse(channel, {
      log: log.child({ synapse: generation }),
      configuration,
      generation,
      openShadows,
      status,
      initializeWithinMs,
    });
    serving.set(channel, served);
    void served.then(() => serving.delete(channel));
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.on("drop", () => log.error({ max: MAX_CONNECTIONS }, "a Synapse was turned away: too many are connected"));
  await listen(server, path);
  return {
    async stop() {
      server.close();
      for (const channel of serving.keys()) channel.destroy();
      await Promise.all(serving.values());
    },
  };
}

async function removeStale(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) throw new StartError("LISTEN", `--socket ${path}: there is a file that is not a socket`);
  if (await isAnswered(path)) throw new StartError("LISTEN", `--socket ${path}: another process listens there already`);
  removeSocket(path);
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once("connect", () => {
      probe.destroy();
      resolve(true);
    });
    probe.once("error", () => resolve(false));
  });
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => {
      reject(new StartError("LISTEN", `--socket ${path} cannot be made: ${error.message}`, { cause: error }));
    });
    listenOnSocket(server, { path }, { mode: MODE, listening: resolve });
  });
}
