import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { FakeHomeserver } from "./fake-homeserver.ts";

/** A module of the configuration. */
export type TestModule =
  | { readonly typescript: string | URL; readonly config?: unknown }
  | { readonly module: string; readonly config?: unknown }
  | { readonly spam_checker: string; readonly config?: unknown };

/** What a configuration is made of. */
export interface TestConfig {
  readonly modules: readonly TestModule[];
  /** Top-level keys. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Keys under `media_bridge`. */
  readonly mediaBridge: Readonly<Record<string, unknown>>;
  readonly homeserver: FakeHomeserver;
  /** From which relative paths of modules lead. */
  readonly from: string;
}

/** Writes the configuration of a service that is tested, as an operator would. Returns the file's path. */
export function writeTestConfig(folder: string, config: TestConfig): string {
  const { modules, settings, mediaBridge, homeserver, from } = config;
  const path = join(folder, "media-bridge.yaml");
  const written = {
    server_name: "example.test",
    public_baseurl: "https://example.test/",
    media_store_path: join(folder, "media"),
    ...settings,
    modules: modules.map((module) => placeModule(module, from)),
    media_bridge: {
      listen: { host: "127.0.0.1", port: 0 },
      data_path: join(folder, "data"),
      homeserver: {
        url: homeserver.url,
        admin_token_file: writeSecret(folder, "admin-token", homeserver.adminToken),
        appservice_token_file: writeSecret(folder, "appservice-token", homeserver.appserviceToken),
        database: "own",
        // What the test says of a user holds from the next request on.
        cache_for: "0s",
        grace: "0s",
        negative_cache_for: "0s",
      },
      ...mediaBridge,
      ...placePython(mediaBridge["python"], from),
    },
  };
  // JSON is YAML.
  writeFileSync(path, JSON.stringify(written, null, 2));
  return path;
}

function placeModule(module: TestModule, from: string): object {
  if (!("typescript" in module)) return module;
  const { typescript, ...rest } = module;
  if (typescript instanceof URL) return { ...rest, typescript: fileURLToPath(typescript) };
  return { ...rest, typescript: /^\.\.?\//.test(typescript) ? resolve(from, typescript) : typescript };
}

/** Relative paths mean what they mean to the test, and not to the folder in which its service runs. */
function placePython(python: unknown, from: string): object {
  if (typeof python !== "object" || python === null) return {};
  const { executable, path, requirements, ...rest } = python as Record<string, unknown>;
  const place = (value: unknown) => (typeof value === "string" && value.includes("/") ? resolve(from, value) : value);
  return {
    python: {
      ...rest,
      ...(executable !== undefined && { executable: place(executable) }),
      ...(requirements !== undefined && { requirements: place(requirements) }),
      ...(Array.isArray(path) && { path: path.map((folder: unknown) => resolve(from, String(folder))) }),
    },
  };
}

function writeSecret(folder: string, name: string, secret: string): string {
  const path = join(folder, name);
  writeFileSync(path, secret, { mode: 0o600 });
  return path;
}
