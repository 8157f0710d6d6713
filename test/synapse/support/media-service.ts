import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inject } from "vitest";
import { z } from "zod";
import { startNginx } from "../../support/servers/nginx.ts";
import { startProcess } from "../../support/process.ts";
import { testPython } from "../../support/python.ts";
import { register, SERVER_NAME, type Account, type Homeserver } from "./synapse.ts";

const CLI = fileURLToPath(new URL("../../../dist/cli/main.js", import.meta.url));
const ReadySchema = z.object({ address: z.object({ port: z.int() }) });

/** The modules of this suite, for `typescript:` entries. */
export const MODULES = fileURLToPath(new URL("../modules", import.meta.url));

export interface MediaServiceOptions {
  /** Top-level keys, Synapse's names. */
  readonly config?: Record<string, unknown>;
  /** Keys under `media_bridge`. */
  readonly mediaBridge?: Record<string, unknown>;
  /** Keys under `media_bridge.homeserver`, besides `url`. */
  readonly homeserverKeys?: Record<string, unknown>;
  /** Folders in which Python modules are found, besides test/synapse/modules. */
  readonly pythonPath?: readonly string[];
  /** A homeserver other than the one that the suite shares. */
  readonly homeserver?: Homeserver;
  /** Whether its modules may read as the administrator and act as users, by tokens in files. Default: no. */
  readonly asksHomeserver?: boolean;
  /** The example whose nginx.conf is in front. */
  readonly nginxOf?: string;
}

/** The built service beside a real Synapse, with nginx in front of both. */
export interface MediaService {
  /** Where clients connect: nginx. */
  readonly url: string;
  /** The service itself. */
  readonly directUrl: string;
  readonly folder: string;
  /** The last lines of its log. */
  lastLines(): string;
  /** Registers a user with the homeserver. */
  register(username: string, options?: { admin?: boolean }): Promise<Account>;
  stop(): Promise<void>;
}

/** Writes the configuration, starts the service as an operator does, and nginx in front of it. */
export async function startMediaService(options: MediaServiceOptions = {}): Promise<MediaService> {
  const homeserver = options.homeserver ?? inject("homeserver");
  const folder = mkdtempSync(join(tmpdir(), "media-bridge-beside-synapse-"));
  const steps: (() => Promise<void> | void)[] = [() => rmSync(folder, { recursive: true, force: true })];
  const stop = async () => {
    for (const step of steps.splice(0)) await step();
  };
  try {
    const config = writeConfig(folder, homeserver, options);
    const service = await startProcess(process.execPath, [CLI, "start", "--config", config], {
      ready: /^\{.*"msg":"ready".*\}$/,
      cwd: folder,
      logPath: join(folder, "service.log"),
    });
    steps.unshift(() => service.stop());
    const { port } = ReadySchema.parse(JSON.parse(service.ready[0])).address;
    const nginx = await startNginx(port, homeserver.port, options.nginxOf);
    steps.unshift(() => nginx.stop());
    return {
      url: nginx.url,
      directUrl: `http://127.0.0.1:${port}`,
      folder,
      lastLines: () => service.lastLines(),
      register: (username, how) => register(homeserver, username, how),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function writeConfig(folder: string, homeserver: Homeserver, options: MediaServiceOptions): string {
  const tokens = options.asksHomeserver === true ? writeTokens(folder, homeserver) : {};
  const mediaBridge = {
    listen: { host: "127.0.0.1", port: 0, x_forwarded: true },
    homeserver: { url: homeserver.url, database: "own", ...tokens, ...options.homeserverKeys },
    python: { executable: testPython(), path: [MODULES, ...(options.pythonPath ?? [])] },
    ...options.mediaBridge,
  };
  const config = {
    server_name: SERVER_NAME,
    public_baseurl: `https://${SERVER_NAME}/`,
    media_store_path: join(folder, "media"),
    ...options.config,
    media_bridge: mediaBridge,
  };
  const path = join(folder, "media-bridge.yaml");
  // JSON is YAML.
  writeFileSync(path, JSON.stringify(config));
  return path;
}

function writeTokens(folder: string, { admin, appserviceToken }: Homeserver): object {
  const files = { admin_token_file: admin.accessToken, appservice_token_file: appserviceToken };
  for (const [key, token] of Object.entries(files)) writeFileSync(join(folder, key), `${token}\n`, { mode: 0o600 });
  return Object.fromEntries(Object.keys(files).map((key) => [key, `./${key}`]));
}
