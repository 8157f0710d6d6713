import { readFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { startMediaService, type MediaService } from "./media-service.ts";
import { register, startSynapse, type Account, type Homeserver } from "./synapse.ts";

export interface GuardedSynapseOptions {
  /** The service's modules; Synapse has none. */
  readonly modules?: readonly object[];
  /** Its `media_upload_limits`. */
  readonly limits?: readonly object[];
  readonly pythonPath?: readonly string[];
  /** Top-level keys for both. */
  readonly config?: Record<string, unknown>;
}

/**
 * A real Synapse with its media repository on, the service in front of it, and nginx as in examples/guard in front of
 * both.
 */
export interface GuardedSynapse {
  readonly homeserver: Homeserver;
  readonly service: MediaService;
  /** Where clients connect: nginx. */
  readonly url: string;
  register(username: string): Promise<Account>;
  /** What the service has recorded of an upload. */
  recorded(mxc: string): Record<string, unknown> | undefined;
  /** Whether Synapse has heard of a request whose target has these words. */
  hasHeardOf(words: string): boolean;
  stop(): Promise<void>;
}

export async function startGuardedSynapse(options: GuardedSynapseOptions = {}): Promise<GuardedSynapse> {
  const { modules = [], limits = [], pythonPath = [], config = { max_upload_size: "50M" } } = options;
  const synapse = await startSynapse({ mediaRepo: true, config });
  const { homeserver } = synapse;
  try {
    const service = await startMediaService({
      homeserver,
      asksHomeserver: true,
      nginxOf: "guard",
      config: { ...config, media_upload_limits: limits },
      mediaBridge: { modules, upstream: { url: homeserver.url } },
      pythonPath,
    });
    return {
      homeserver,
      service,
      url: service.url,
      register: (username) => register(homeserver, username),
      recorded: (mxc) => readRow(service.folder, mxc.slice(mxc.lastIndexOf("/") + 1)),
      hasHeardOf: (words) => readFileSync(join(homeserver.folder, "homeserver.log"), "utf8").includes(words),
      async stop() {
        await service.stop();
        await synapse.stop();
      },
    };
  } catch (error) {
    await synapse.stop();
    throw error;
  }
}

function readRow(folder: string, mediaId: string): Record<string, unknown> | undefined {
  const database = new Database(join(folder, "data", "media.db"), { timeout: 5_000 });
  try {
    const row = database.prepare("select * from media_bridge_uploads where media_id = ?").get(mediaId);
    return row as Record<string, unknown> | undefined;
  } finally {
    database.close();
  }
}
