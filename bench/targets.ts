import { execFileSync, spawn, spawnSync, type ChildProcess } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import { createServer, type AddressInfo } from "node:net";

/** A server under load. */
export interface Target {
  readonly name: string;
  readonly url: string;
  readonly token: string;
  readonly pid: number;
  readonly folder: string;
  /** From the start of the process to the first answer of /health. */
  readonly startSeconds: number;
  stop(): Promise<void>;
}

export const ROOT = new URL("../..", import.meta.url).pathname;
const MODULES = join(ROOT, "bench/modules");
/** Where Synapse finds the package that loads TypeScript modules. */
const PACKAGE = join(ROOT, "python-shim");
/** The users of our service. */
export const USERS: readonly string[] = Array.from({ length: 20 }, (_item, index) => `@bench${index}:bench.test`);

/** The access token of one of {@link USERS}. */
export function tokenOf(user: string): string {
  return `token-of-${user}`;
}

/** Keys that Synapse and the service share. */
function sharedConfig(folder: string): Record<string, unknown> {
  return {
    server_name: "bench.test",
    public_baseurl: "http://bench.test/",
    media_store_path: join(folder, "media"),
    max_upload_size: "1G",
    modules: [{ module: "bench_modules.First" }, { module: "bench_modules.Second" }],
  };
}

/**
 * Whether our service flushes what it stores before it answers. Synapse never does: beside it `relaxed` is its equal.
 */
export type Durability = "full" | "relaxed";

/** What differs between the services of one bench. */
export interface BridgeOptions {
  readonly durability: Durability;
  readonly modules?: readonly { readonly module: string; readonly config?: unknown }[];
  /** Keys of `media_bridge.python`. */
  readonly python?: Record<string, unknown>;
  /** A built checkout whose service is started; absent: this one. */
  readonly checkout?: string;
}

/** Our service, as its user starts it. */
export async function startBridge(folder: string, python: string, options: BridgeOptions): Promise<Target> {
  const { durability, modules, checkout = ROOT } = options;
  const port = await freePort();
  const tokens = Object.fromEntries(USERS.map((user) => [tokenOf(user), { user_id: user }]));
  writeFileSync(join(folder, "tokens.yaml"), JSON.stringify(tokens), { mode: 0o600 });
  const config = {
    ...sharedConfig(folder),
    ...(modules && { modules }),
    media_bridge: {
      listen: { host: "127.0.0.1", port },
      tokens_file: "./tokens.yaml",
      data_path: ".",
      durability,
      python: { executable: python, path: [MODULES], ...options.python },
    },
  };
  writeFileSync(join(folder, "bridge.yaml"), JSON.stringify(config));
  const args = [join(checkout, "dist/cli/main.js"), "start", "--config", join(folder, "bridge.yaml")];
  const started = await startServer(process.execPath, args, folder, port, {});
  return {
    name: checkout === ROOT ? "bridge" : `bridge of ${checkout}`,
    url: `http://127.0.0.1:${port}`,
    token: tokenOf(USERS[0] ?? ""),
    ...started,
  };
}

/** Our service in front of a Synapse that keeps the media and has no modules. */
export async function startGuard(folder: string, python: string, synapse: Target): Promise<Target> {
  const port = await freePort();
  const config = {
    ...sharedConfig(folder),
    media_bridge: {
      listen: { host: "127.0.0.1", port, x_forwarded: true },
      homeserver: { url: synapse.url },
      upstream: { url: synapse.url },
      data_path: ".",
      python: { executable: python, path: [MODULES] },
    },
  };
  writeFileSync(join(folder, "bridge.yaml"), JSON.stringify(config));
  const args = [join(ROOT, "dist/cli/main.js"), "start", "--config", join(folder, "bridge.yaml")];
  const started = await startServer(process.execPath, args, folder, port, {});
  return { name: "guard", url: `http://127.0.0.1:${port}`, token: synapse.token, ...started };
}

/** The nginx of examples/guard, which sends uploads to one place and everything else to another. */
export async function startNginx(folder: string, uploadsUrl: string, synapseUrl: string): Promise<Nginx> {
  const port = await freePort();
  const example = readFileSync(join(ROOT, "examples/guard/nginx.conf"), "utf8");
  const conf = example
    .replace("127.0.0.1:8800", new URL(uploadsUrl).host)
    .replace("127.0.0.1:8008", new URL(synapseUrl).host)
    .replace("127.0.0.1:8880", `127.0.0.1:${port}`);
  writeFileSync(join(folder, "nginx.conf"), conf);
  const output = openSync(join(folder, "output.log"), "a");
  const child = spawn("nginx", ["-p", folder, "-c", join(folder, "nginx.conf")], { stdio: ["ignore", output, output] });
  await waitUntilReady(child, port, folder, "/_matrix/client/versions");
  return { url: `http://127.0.0.1:${port}`, stop: () => stopServer(child, folder) };
}

export interface Nginx {
  readonly url: string;
  stop(): Promise<void>;
}

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

async function startServer(command: string, args: string[], folder: string, port: number, env: Record<string, string>) {
  mkdirSync(join(folder, "media"), { recursive: true });
  const output = openSync(join(folder, "output.log"), "a");
  const began = performance.now();
  const child = spawn(command, args, {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ["ignore", output, output],
  });
  await waitUntilReady(child, port, folder);
  const startSeconds = (performance.now() - began) / 1000;
  return { pid: child.pid ?? 0, folder, startSeconds, stop: () => stopServer(child, folder) };
}

async function waitUntilReady(child: ChildProcess, port: number, folder: string, path = "/health"): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the server ended; see ${folder}/output.log`);
    const ready = await fetch(`http://127.0.0.1:${port}${path}`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ready) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function stopServer(child: ChildProcess, folder: string): Promise<void> {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await ended;
  rmSync(folder, { recursive: true, force: true });
}

/**
 * A folder for one server, which takes it with it. Ext4 keeps it apart from what other runs have deleted: for minutes a
 * new file costs many times its time where thousands have just gone.
 */
export function newFolder(): string {
  const base = join(tmpdir(), "media-bridge-bench");
  mkdirSync(base, { recursive: true });
  // "Top of a hierarchy" of chattr(1); other file systems know no such thing.
  spawnSync("chattr", ["+T", base], { stdio: "ignore" });
  return mkdtempSync(join(base, "server-"));
}

/**
 * Removes what a server has stored, so that memory which caches the disk is used again, as on a machine that has been
 * up for a while.
 */
export function emptyStore({ folder }: { readonly folder: string }): void {
  const media = join(folder, "media");
  for (const entry of readdirSync(media, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) rmSync(join(entry.parentPath, entry.name));
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
