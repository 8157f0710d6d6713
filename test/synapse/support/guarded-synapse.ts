import { readFileSync, writeFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { startMediaService, type MediaService } from "./media-service.ts";
import { register, startSynapse, type Account, type Synapse } from "./synapse.ts";

export interface GuardedSynapseOptions {
  /** The service's modules; Synapse has none. */
  readonly modules?: readonly object[];
  /** Its `media_upload_limits`. */
  readonly limits?: readonly object[];
  readonly pythonPath?: readonly string[];
  /** Top-level keys for both. */
  readonly config?: Record<string, unknown>;
}

/** A real Synapse with its media repository on, the service in front of it, and nginx as in examples/guard in front of both. */
export interface GuardedSynapse {
  readonly synapse: Synapse;
  readonly service: MediaService;
  /** Where clients connect: nginx. */
  readonly url: string;
  /** An administrator, whose token the service has. */
  readonly admin: Account;
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
  const secrets = mkdtempSync(join(tmpdir(), "media-bridge-admin-"));
  const stopSynapse = async () => {
    await synapse.stop();
    rmSync(secrets, { recursive: true, force: true });
  };
  try {
    const admin = await register(synapse, "admin", { admin: true });
    const tokenFile = join(secrets, "admin-token");
    writeFileSync(tokenFile, admin.accessToken, { mode: 0o600 });
    const service = await startMediaService({
      homeserver: synapse,
      nginxOf: "guard",
      config: { ...config, media_upload_limits: limits },
      mediaBridge: { modules, upstream: { url: synapse.url } },
      homeserverKeys: { admin_token_file: tokenFile },
      pythonPath,
    });
    return {
      synapse,
      service,
      url: service.url,
      admin,
      register: (username) => register(synapse, username),
      recorded: (mxc) => readRow(service.folder, mxc.slice(mxc.lastIndexOf("/") + 1)),
      hasHeardOf: (words) => readFileSync(join(synapse.folder, "homeserver.log"), "utf8").includes(words),
      async stop() {
        await service.stop();
        await stopSynapse();
      },
    };
  } catch (error) {
    await stopSynapse();
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
