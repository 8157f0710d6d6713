import { spawn } from "node:child_process";
import { createHmac, randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { marked } from "../support/processes.ts";
import { ROOT } from "../support/root.ts";

const LISTENING = /Synapse now listening on TCP port (\d+)/g;
const SECRET = "of-the-faults";
const START_MS = 120_000;

/** A stock Synapse with a TypeScript module in it, whose files outlive it. */
export interface SynapseVictim {
  readonly pid: number;
  /** The status of the answer to an upload; undefined where there was none. */
  upload(bytes: number): Promise<number | undefined>;
  kill(): Promise<void>;
}

/** Starts one over the files of the one before, with everything that it starts marked. */
export async function startVictim(folder: string, mark: string, maxBytes: number): Promise<SynapseVictim> {
  const config = writeConfig(folder, maxBytes);
  const log = join(folder, "synapse.log");
  const listened = countListening(log);
  const output = openSync(log, "a");
  const child = spawn(join(ROOT, ".synapse/bin/python"), ["-m", "synapse.app.homeserver", "--config-path", config], {
    cwd: folder,
    env: { ...process.env, ...marked(mark), PYTHONPATH: join(ROOT, "python-shim"), PYTHONDONTWRITEBYTECODE: "1" },
    stdio: ["ignore", output, output],
  });
  const ended = once(child, "exit");
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const port = await portOf(log, listened, hasEnded).catch((error: unknown) => {
    child.kill("SIGKILL");
    throw error;
  });
  const url = `http://127.0.0.1:${port}`;
  const token = await register(url);
  return {
    pid: child.pid ?? 0,
    async upload(bytes) {
      const headers = { authorization: `Bearer ${token}`, "content-type": "text/plain" };
      const request = { method: "POST", headers, body: "x".repeat(bytes) };
      try {
        const answer = await fetch(`${url}/_matrix/media/v3/upload`, request);
        await answer.arrayBuffer();
        return answer.status;
      } catch {
        return undefined;
      }
    },
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

function countListening(log: string): number {
  return existsSync(log) ? [...readFileSync(log, "utf8").matchAll(LISTENING)].length : 0;
}

async function portOf(log: string, before: number, hasEnded: () => boolean): Promise<number> {
  const until = performance.now() + START_MS;
  for (;;) {
    const found = [...readFileSync(log, "utf8").matchAll(LISTENING)][before];
    if (found !== undefined) return Number(found[1]);
    if (hasEnded() || performance.now() > until) throw new Error(`Synapse did not start:\n${tail(log)}`);
    await wait(50);
  }
}

function tail(log: string): string {
  return readFileSync(log, "utf8").split("\n").slice(-20).join("\n");
}

async function register(url: string): Promise<string> {
  const path = `${url}/_synapse/admin/v1/register`;
  const { nonce } = (await (await fetch(path)).json()) as { nonce: string };
  const username = `u${randomBytes(6).toString("hex")}`;
  const mac = createHmac("sha1", SECRET).update([nonce, username, username, "notadmin"].join("\0")).digest("hex");
  const body = JSON.stringify({ nonce, username, password: username, admin: false, mac });
  const answer = await fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body });
  return ((await answer.json()) as { access_token: string }).access_token;
}

function writeConfig(folder: string, maxBytes: number): string {
  const listener = {
    port: 0,
    bind_addresses: ["127.0.0.1"],
    type: "http",
    resources: [{ names: ["client", "media"] }],
  };
  const module = join(folder, "limits.ts");
  writeFileSync(module, MODULE);
  const log = {
    version: 1,
    disable_existing_loggers: false,
    handlers: { console: { class: "logging.StreamHandler" } },
    // A line for each request would make gigabytes.
    loggers: { "synapse.access.http": { level: "WARNING" }, "synapse.http.server": { level: "WARNING" } },
    root: { level: "INFO", handlers: ["console"] },
  };
  writeFileSync(join(folder, "log.yaml"), JSON.stringify(log));
  const key = join(folder, "signing.key");
  if (!existsSync(key)) writeFileSync(key, `ed25519 a_test ${randomBytes(32).toString("base64").replace(/=+$/, "")}\n`);
  const config = {
    server_name: "faults.test",
    listeners: [listener],
    pid_file: join(folder, "synapse.pid"),
    log_config: join(folder, "log.yaml"),
    media_store_path: join(folder, "media"),
    database: { name: "sqlite3", args: { database: join(folder, "synapse.db") } },
    signing_key_path: key,
    registration_shared_secret: SECRET,
    macaroon_secret_key: SECRET,
    form_secret: SECRET,
    report_stats: false,
    trusted_key_servers: [],
    bcrypt_rounds: 4,
    modules: [
      {
        module: "synapse_media_bridge_module.TypeScriptModules",
        config: {
          modules: [{ typescript: module, config: { maxBytes } }],
          command: [process.execPath, join(ROOT, "dist/cli/main.js"), "callbacks"],
        },
      },
    ],
  };
  const path = join(folder, "homeserver.yaml");
  // JSON is YAML.
  writeFileSync(path, JSON.stringify(config));
  return path;
}

const MODULE = `
import { defineModule, NOT_SPAM } from "synapse-media-bridge";
export default defineModule({
  name: "limits",
  setup(api, { maxBytes }) {
    api.registerMediaRepositoryCallbacks({ isUserAllowedToUploadMediaOfSize: async (_user, bytes) => bytes <= maxBytes });
    api.registerSpamCheckerCallbacks({ checkMediaFileForSpam: () => NOT_SPAM });
  },
});
`;
