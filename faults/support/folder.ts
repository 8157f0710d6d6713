import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "./root.ts";

/** Who may upload. */
export const USERS = ["alice", "bob", "carol"] as const;
export const SERVER_NAME = "example.test";
/** How Python modules are run, which are found in the folder itself. */
export const PYTHON = { executable: join(ROOT, ".venv/bin/python"), path: ["."] } as const;

export interface FolderOptions {
  /** Top-level keys, Synapse's names. */
  readonly config?: Record<string, unknown>;
  /** Keys under `media_bridge`. */
  readonly mediaBridge?: Record<string, unknown>;
}

/** A new folder below the system's for temporary files, without symbolic links in its path. */
export function createFolder(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), "media-bridge-fault-")));
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

/** Writes the configuration of a service that keeps everything in the folder; answers its path. */
export function writeFaultConfig(folder: string, { config, mediaBridge }: FolderOptions = {}): string {
  const tokens = USERS.map((name) => [`token-of-${name}`, { user_id: `@${name}:${SERVER_NAME}` }]);
  writeFileSync(join(folder, "tokens.yaml"), JSON.stringify(Object.fromEntries(tokens)), { mode: 0o600 });
  const path = join(folder, "media-bridge.yaml");
  const whole = {
    server_name: SERVER_NAME,
    media_store_path: join(folder, "media"),
    ...config,
    media_bridge: {
      listen: { host: "127.0.0.1", port: 0 },
      tokens_file: "./tokens.yaml",
      data_path: "./data",
      python: PYTHON,
      ...mediaBridge,
    },
  };
  // JSON is YAML.
  writeFileSync(path, JSON.stringify(whole, writeExactly));
  return path;
}

/** Known to Node.js since 21, and not to TypeScript's library yet. */
const { rawJSON } = JSON as unknown as { rawJSON: (text: string) => unknown };

function writeExactly(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? rawJSON(String(value)) : value;
}
