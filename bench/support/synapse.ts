import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort, startServer, type Target } from "./servers.ts";
import { MODULES, ROOT, sharedConfig } from "./targets.ts";

/** Where Synapse finds the package that loads TypeScript modules. */
const PACKAGE = join(ROOT, "python-shim");

/** A real Synapse from its package index, in an environment of its own, made once. */
export async function startSynapse(
  folder: string,
  { hasModules = true, modules }: { hasModules?: boolean; modules?: readonly object[] } = {},
): Promise<Target> {
  const python = synapsePython();
  const port = await freePort();
  const secret = randomBytes(16).toString("hex");
  const config = {
    ...sharedConfig(folder),
    ...(!hasModules && { modules: [] }),
    ...(modules && { modules }),
    pid_file: join(folder, "synapse.pid"),
    listeners: [
      { port, bind_addresses: ["127.0.0.1"], type: "http", tls: false, resources: [{ names: ["client", "media"] }] },
    ],
    database: { name: "sqlite3", args: { database: join(folder, "synapse.db") } },
    log_config: join(folder, "log.yaml"),
    signing_key: `ed25519 a_bench ${randomBytes(32).toString("base64").replace(/=+$/, "")}`,
    macaroon_secret_key: secret,
    form_secret: secret,
    report_stats: false,
    trusted_key_servers: [],
    enable_registration: true,
    enable_registration_without_verification: true,
  };
  const log = {
    version: 1,
    handlers: { file: { class: "logging.FileHandler", filename: join(folder, "synapse.log") } },
    root: { level: "INFO", handlers: ["file"] },
  };
  writeFileSync(join(folder, "log.yaml"), JSON.stringify(log));
  writeFileSync(join(folder, "synapse.yaml"), JSON.stringify(config));
  const args = ["-m", "synapse.app.homeserver", "--config-path", join(folder, "synapse.yaml")];
  const started = await startServer(python, args, folder, port, { PYTHONPATH: `${MODULES}:${PACKAGE}` });
  const url = `http://127.0.0.1:${port}`;
  return { name: "synapse", url, token: await register(url), ...started };
}

function synapsePython(): string {
  const folder = join(ROOT, ".synapse");
  const python = join(folder, "bin/python");
  if (!existsSync(python)) {
    execFileSync("python3", ["-m", "venv", folder], { stdio: "inherit" });
    execFileSync(python, ["-m", "pip", "install", "--quiet", "matrix-synapse==1.163.2"], { stdio: "inherit" });
  }
  return python;
}

async function register(url: string): Promise<string> {
  const answer = await fetch(`${url}/_matrix/client/v3/register`, {
    method: "POST",
    body: JSON.stringify({
      username: "bench",
      password: randomBytes(12).toString("hex"),
      auth: { type: "m.login.dummy" },
    }),
  });
  return ((await answer.json()) as { access_token: string }).access_token;
}
