import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { testPython } from "../support/python.ts";
import { startProcess, type ServiceProcess } from "./service-process.ts";

export const PROJECT = fileURLToPath(new URL("../..", import.meta.url));
const CLI = join(PROJECT, "dist/cli/main.js");
const EXAMPLES = join(PROJECT, "examples");

/** The service that an example describes, run by the built command line. */
export interface ExampleService extends ServiceProcess {
  request(path: string, user: string, init?: RequestInit): Promise<Response>;
  upload(body: string | Buffer<ArrayBuffer>, user: string, type?: string): Promise<Response>;
}

export interface ExampleOptions {
  /** Files of the example's folder, as the README names them. */
  readonly configs?: readonly string[];
  readonly arguments?: readonly string[];
  /** Replaces keys below `media_bridge`. */
  readonly mediaBridge?: Record<string, unknown>;
  /** The folder that the service runs in; a fresh one if none is given. */
  readonly folder?: string;
}

/** Starts an example, with nothing changed but the port, the folders it writes to and the Python interpreter. */
export async function startExample(example: string, options: ExampleOptions = {}): Promise<ExampleService> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), "media-bridge-example-"));
  const configs = listConfigs(example, folder, options);
  const service = await startProcess("node", [CLI, "start", ...configs, ...(options.arguments ?? [])], folder);
  const request: ExampleService["request"] = (path, user, init = {}) => {
    const headers = new Headers(init.headers);
    headers.set("Authorization", `Bearer try-out-token-of-${user}`);
    return fetch(service.url + path, { ...init, headers });
  };
  return {
    ...service,
    request,
    upload: (body, user, type = "text/plain") =>
      request("/_matrix/media/v3/upload", user, { method: "POST", body, headers: { "Content-Type": type } }),
    async stop() {
      const exitCode = await service.stop();
      if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
      return exitCode;
    },
  };
}

/** Runs `media-bridge <command>` with an example's configuration; answers what it prints. */
export async function runExample(
  example: string,
  command: readonly string[],
  options: ExampleOptions = {},
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "media-bridge-example-"));
  try {
    const [name = "", ...rest] = command;
    const { stdout } = await execa("node", [CLI, name, ...listConfigs(example, folder, options), ...rest], {
      cwd: folder,
    });
    return stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The media id of an upload that was stored. */
export async function readMediaId(response: Response): Promise<string> {
  const text = await response.text();
  const { content_uri: uri } = z.object({ content_uri: z.string() }).parse(JSON.parse(text));
  return uri.split("/").at(-1) ?? "";
}

function listConfigs(example: string, folder: string, options: ExampleOptions): string[] {
  const files = (options.configs ?? ["media-bridge.yaml"]).map((name) => join(EXAMPLES, example, name));
  return [...files, writeOverride(files, folder, options)].flatMap((file) => ["--config", file]);
}

const OwnSchema = z.object({
  media_bridge: z.looseObject({
    tokens_file: z.string().optional(),
    python: z.looseObject({ path: z.array(z.string()).optional() }).optional(),
  }),
});

/** A file that replaces `media_bridge` as a whole: what the example says, apart from what a test must change. */
function writeOverride(files: readonly string[], folder: string, options: ExampleOptions): string {
  const [first = ""] = files;
  const { media_bridge: own } = OwnSchema.parse(parse(readFileSync(first, "utf8")));
  const toAbsolute = (path: string) => resolve(first, "..", path);
  const mediaBridge = {
    ...own,
    listen: { host: "127.0.0.1", port: 0 },
    ...(own.tokens_file !== undefined && { tokens_file: toAbsolute(own.tokens_file) }),
    data_path: join(folder, "data"),
    python: { ...own.python, executable: testPython(), path: (own.python?.path ?? []).map(toAbsolute) },
    ...options.mediaBridge,
  };
  const override = join(folder, "override.yaml");
  writeFileSync(override, stringify({ media_bridge: mediaBridge, media_store_path: join(folder, "media") }));
  return override;
}
