import { spawn } from "node:child_process";
import { openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort, startServer, stopServer, waitUntilReady, type Target } from "./servers.ts";

export const ROOT = new URL("../../..", import.meta.url).pathname;
export const MODULES = join(ROOT, "bench/modules");
/** The users of our service. */
export const USERS: readonly string[] = Array.from({ length: 20 }, (_item, index) => `@bench${index}:bench.test`);

/** The access token of one of {@link USERS}. */
export function tokenOf(user: string): string {
  return `token-of-${user}`;
}

/** Keys that Synapse and the service share. */
export function sharedConfig(folder: string): Record<string, unknown> {
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
  readonly modules?: readonly object[];
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
