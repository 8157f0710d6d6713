import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import type { AddressInfo } from "node:net";
import { loadConfig } from "../../src/config/load-config.ts";
import { startService } from "../../src/server/start.ts";
import { captureLog, type CapturedLog } from "./captured-log.ts";
import { testPython } from "./python.ts";

/** Tokens that every test service knows. */
export const TOKENS = {
  alice: { user_id: "@alice:example.test" },
  bob: { user_id: "@bob:example.test" },
  carol: { user_id: "@carol:example.test" },
  admin: { user_id: "@admin:example.test", admin: true },
  guest: { user_id: "@guest:example.test", guest: true },
};

export type TestUser = keyof typeof TOKENS;

export interface TestServiceOptions {
  /** Top-level keys, Synapse's names. */
  readonly config?: Record<string, unknown>;
  /** Keys under `media_bridge`. */
  readonly mediaBridge?: Record<string, unknown>;
  /** Folders for `sys.path`, besides test/fixtures/modules. */
  readonly pythonPath?: readonly string[];
  /** A folder to use instead of a fresh one, which then stays: for restarts. */
  readonly folder?: string;
}

/** A real service on a free port, in a folder of its own, in this process; its Python child is a real one. */
export interface TestService {
  readonly url: string;
  readonly port: number;
  readonly folder: string;
  readonly log: CapturedLog;
  /** A request as a user, or without a token. */
  request(path: string, init?: RequestInit & { as?: TestUser; duplex?: "half" }): Promise<Response>;
  /** Uploads bytes and answers the media id. Fails where the upload is refused. */
  upload(body: string | Uint8Array, options?: { as?: TestUser; query?: string; type?: string }): Promise<string>;
  /** Every file under the media store, relative, with its size: what uploads left. */
  files(): Record<string, number>;
  /** Puts other modules in the place of those that run, and other keys in that of those under `media_bridge`. */
  reload(modules: readonly object[], mediaBridge?: Record<string, unknown>): Promise<void>;
  /** @param graceMs how long what is under way may still take; absent: 5 s */
  stop(graceMs?: number): Promise<void>;
}

export const FIXTURE_MODULES = new URL("../fixtures/modules", import.meta.url).pathname;

export async function startTestService(options: TestServiceOptions = {}): Promise<TestService> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), "media-bridge-test-"));
  const store = join(folder, "media");
  const config = writeConfig(folder, store, options);
  const log = captureLog();
  const service = await startService(loadConfig([config]).config, log, {
    readConfig: () => loadConfig([config]).config,
  });
  const { port } = service.address as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const request: TestService["request"] = (path, { as, ...init } = {}) => {
    const headers = new Headers(init.headers);
    if (as !== undefined) headers.set("Authorization", `Bearer token-of-${as}`);
    return fetch(url + path, { redirect: "manual", ...init, headers });
  };
  return {
    url,
    port,
    folder,
    log,
    request,
    async upload(body, { as = "alice", query = "", type = "text/plain" } = {}) {
      const headers = { "Content-Type": type };
      const response = await request(`/_matrix/media/v3/upload${query}`, {
        method: "POST",
        body: body as string,
        as,
        headers,
      });
      const answer = (await response.json()) as { content_uri?: string };
      if (answer.content_uri === undefined) throw new Error(`${response.status} ${JSON.stringify(answer)}`);
      return answer.content_uri.split("/").at(-1) ?? "";
    },
    files: () => listFiles(store),
    async reload(modules, mediaBridge = {}) {
      const changed = { ...options.mediaBridge, ...mediaBridge };
      writeConfig(folder, store, { ...options, config: { ...options.config, modules }, mediaBridge: changed });
      await service.reload();
    },
    async stop(graceMs = 5_000) {
      await service.stop(graceMs);
      if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Writes the configuration of a test service, as an operator would; answers the file's path. */
export function writeConfig(folder: string, store: string, options: TestServiceOptions): string {
  const tokens = Object.fromEntries(Object.entries(TOKENS).map(([name, owner]) => [`token-of-${name}`, owner]));
  const { homeserver, ...own } = options.mediaBridge ?? {};
  const mediaBridge = {
    listen: { host: "127.0.0.1", port: 0 },
    tokens_file: "./tokens.yaml",
    data_path: "./data",
    python: { executable: testPython(), path: [FIXTURE_MODULES, ...(options.pythonPath ?? [])] },
    ...own,
    ...(homeserver !== undefined && { homeserver: chooseDatabase(homeserver) }),
  };
  const config = {
    server_name: "example.test",
    public_baseurl: "https://example.test/",
    media_store_path: store,
    ...options.config,
    media_bridge: mediaBridge,
  };
  // JSON is YAML.
  writeFileSync(join(folder, "tokens.yaml"), JSON.stringify(tokens), { mode: 0o600 });
  const path = join(folder, "media-bridge.yaml");
  writeFileSync(path, JSON.stringify(config, null, 2));
  return path;
}

/** Beside a homeserver it has to be said which database modules work on; `database: undefined` leaves it unsaid. */
function chooseDatabase(homeserver: unknown): unknown {
  return typeof homeserver === "object" && homeserver !== null ? { database: "own", ...homeserver } : homeserver;
}

function listFiles(store: string): Record<string, number> {
  try {
    const entries = readdirSync(store, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    return Object.fromEntries(
      entries.map((entry) => {
        const path = join(entry.parentPath, entry.name);
        return [relative(store, path), statSync(path).size];
      }),
    );
  } catch {
    return {};
  }
}
