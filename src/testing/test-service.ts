import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startService } from "../service.ts";
import type { Clock } from "../util/clock.ts";
import { startFakeHomeserver, type FakeHomeserver } from "./fake-homeserver.ts";
import { recordLog, type RecordedLog } from "./recorded-log.ts";
import { writeTestConfig, type TestConfig, type TestModule } from "./test-config.ts";

/** What a service is tested with. Everything may be absent. */
export interface TestServiceOptions {
  /** In their order, both languages. Paths of TypeScript modules may be relative to `from`. */
  readonly modules?: readonly TestModule[];
  /** Top-level keys of the configuration, such as `max_upload_size`. */
  readonly settings?: Readonly<Record<string, unknown>> & { readonly server_name?: string };
  /** Keys under `media_bridge`, such as `python` and `callbacks`. */
  readonly mediaBridge?: Readonly<Record<string, unknown>>;
  /** The folder from which relative paths of modules and of `python` lead; absent: the working directory. */
  readonly from?: string;
  /** Absent: the machine's. */
  readonly clock?: Clock;
}

/** What an upload says besides its bytes. */
export interface UploadOptions {
  /** The `Content-Type`; `application/octet-stream` where it is absent. */
  readonly type?: string;
  /** The name of the file. */
  readonly name?: string;
  readonly guest?: boolean;
}

/** How an upload was answered. */
export interface Upload {
  readonly status: number;
  /** The answer's JSON. */
  readonly body: Record<string, unknown>;
  readonly headers: Headers;
  /** Undefined where it was refused. */
  readonly mediaId: string | undefined;
}

/** How a download was answered. */
export interface Download {
  readonly status: number;
  readonly bytes: Buffer;
  readonly headers: Headers;
}

/** A whole service on a free port, in this process, with a homeserver that answers what the test says. */
export interface TestService extends AsyncDisposable {
  readonly url: string;
  readonly serverName: string;
  readonly homeserver: FakeHomeserver;
  /** What the service and its modules log. */
  readonly log: RecordedLog;
  /** A request as a user; with `undefined`, without an access token. */
  request(userId: string | undefined, path: string, init?: RequestInit): Promise<Response>;
  /** Uploads bytes, or the UTF-8 of a text. `onMediaUploaded` is called after the answer. */
  upload(userId: string, content: string | Uint8Array, options?: UploadOptions): Promise<Upload>;
  download(userId: string, mediaId: string): Promise<Download>;
  /**
   * Puts other modules in the place of those that run. Rejects with a StartError, and changes nothing, where they
   * cannot be loaded.
   */
  reload(modules: readonly TestModule[]): Promise<void>;
  /** Ends it and removes what it stored. */
  stop(): Promise<void>;
}

const STOP_MS = 5_000;

/**
 * Starts a service for a test. What it stores lies in a folder for temporary files, which goes when the service stops.
 *
 * @throws {StartError} where the configuration or a module cannot be used.
 *
 * @example await using service = await startTestService({ modules: [{ typescript: "./ceiling.ts", config: { max_bytes:
 * 1000 } }] }); const { status } = await service.upload("@alice:example.test", "hello"); expect(status).toBe(200);
 */
export async function startTestService(options: TestServiceOptions = {}): Promise<TestService> {
  const { modules = [], settings = {}, mediaBridge = {}, from = process.cwd(), clock } = options;
  const serverName = settings.server_name ?? "example.test";
  const folder = mkdtempSync(join(tmpdir(), "media-bridge-test-"));
  const log = recordLog();
  const homeserver = await startFakeHomeserver();
  const write = (loaded: readonly TestModule[]) => {
    const config: TestConfig = { modules: loaded, settings, mediaBridge, homeserver, from };
    return writeTestConfig(folder, config);
  };
  const clear = async () => {
    await homeserver.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  const starting = startService({ config: write(modules), log, ...(clock && { clock }) });
  const service = await starting.catch(async (error: unknown) => {
    await clear();
    throw error;
  });
  const url = service.url ?? "";
  const request = async (token: string | undefined, path: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    if (token !== undefined) headers.set("Authorization", `Bearer ${token}`);
    return fetch(url + path, { redirect: "manual", ...init, headers });
  };
  const stop = async () => {
    await service.stop(STOP_MS);
    await clear();
  };
  return {
    url,
    serverName,
    homeserver,
    log,
    request: (userId, path, init) => request(userId && homeserver.tokenOf(userId), path, init),
    async upload(userId, content, { type = "application/octet-stream", name, guest = false } = {}) {
      const query = name === undefined ? "" : `?filename=${encodeURIComponent(name)}`;
      const response = await request(homeserver.tokenOf(userId, { guest }), `/_matrix/media/v3/upload${query}`, {
        method: "POST",
        headers: { "Content-Type": type },
        body: Buffer.from(content),
      });
      return readUpload(response);
    },
    async download(userId, mediaId) {
      const path = `/_matrix/client/v1/media/download/${serverName}/${mediaId}`;
      const response = await request(homeserver.tokenOf(userId), path);
      const bytes = Buffer.from(await response.arrayBuffer());
      return { status: response.status, headers: response.headers, bytes };
    },
    async reload(others) {
      write(others);
      await service.reload();
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function readUpload(response: Response): Promise<Upload> {
  const body = (await response.json()) as Record<string, unknown>;
  const uri = body["content_uri"];
  const mediaId = typeof uri === "string" ? uri.slice(uri.lastIndexOf("/") + 1) : undefined;
  return { status: response.status, body, headers: response.headers, mediaId };
}
