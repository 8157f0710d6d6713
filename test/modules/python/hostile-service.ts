import { vi } from "vitest";
import { CliFolder, type CliService } from "../../support/cli.ts";
import { testPython } from "../../support/python.ts";
import { FIXTURE_MODULES } from "../../support/service.ts";

const CONFIG = "/_matrix/client/v1/media/config";

export interface HostileOptions {
  /** Of the hostile module. */
  readonly config?: Record<string, unknown>;
  /** Modules between it and the bystander. */
  readonly modules?: readonly object[];
  /** Keys under `media_bridge`, and below its `python`. */
  readonly mediaBridge?: Record<string, unknown>;
  readonly python?: Record<string, unknown>;
}

/**
 * A folder whose configuration has the hostile module, and behind it one that means no harm. `ways` are the users, each
 * of whom has the module misbehave in that way.
 */
export function createHostileFolder(
  ways: readonly string[],
  { config = {}, modules = [], mediaBridge, python }: HostileOptions = {},
): CliFolder {
  const folder = new CliFolder({
    config: { modules: [{ module: "hostile.Hostile", config }, ...modules, { module: "hostile.Bystander" }] },
    mediaBridge: {
      tokens_file: "./users.yaml",
      ...mediaBridge,
      python: { executable: testPython(), path: [FIXTURE_MODULES], ...python },
    },
  });
  const users = [...ways, "harmless"].map((name) => [name, { user_id: `@${name}:example.test` }]);
  folder.write("users.yaml", JSON.stringify(Object.fromEntries(users)));
  return folder;
}

/** A service with a hostile module, and what its clients get. */
export class HostileService {
  readonly folder: CliFolder;
  readonly service: CliService;
  readonly #stored: string;

  private constructor(folder: CliFolder, service: CliService, stored: string) {
    this.folder = folder;
    this.service = service;
    this.#stored = stored;
  }

  static async start(ways: readonly string[], options: HostileOptions = {}): Promise<HostileService> {
    const folder = createHostileFolder(ways, options);
    const service = await folder.start();
    const answer = await service.request("/_matrix/media/v3/upload", {
      method: "POST",
      body: "kept",
      ...as("harmless"),
    });
    const { content_uri: uri } = (await answer.json()) as { content_uri: string };
    return new HostileService(folder, service, uri.replace("mxc://", "/_matrix/client/v1/media/download/"));
  }

  /** What the user of this name gets. */
  async ask(way: string): Promise<[status: number, body: Record<string, unknown>]> {
    const response = await this.service.request(CONFIG, as(way));
    return [response.status, (await response.json()) as Record<string, unknown>];
  }

  /** The process of the harmless module, which answers. Rejects where it does not. */
  async pid(): Promise<unknown> {
    const [status, body] = await this.ask("harmless");
    if (status !== 200) throw new Error(`answered ${status}`);
    return body["pid"];
  }

  /** The process of the child that has come up in the place of this one. */
  async successorOf(pid: unknown): Promise<unknown> {
    const look = async () => {
      const now = await this.pid();
      if (now === pid) throw new Error("it still lives");
      return now;
    };
    return vi.waitFor(look, { timeout: 20_000, interval: 20 });
  }

  /** The status of an upload, which only the harmless module has a say in. */
  async upload(): Promise<number> {
    const sent = { method: "POST", body: "file", ...as("harmless") };
    return (await this.service.request("/_matrix/media/v3/upload", sent)).status;
  }

  /** A request whose chain has no Python in it. */
  async download(): Promise<string> {
    return (await this.service.request(this.#stored, as("harmless"))).text();
  }

  /** Ends it in order: its exit status, and what is left of what it started. */
  async end(): Promise<[status: number | undefined, left: string[]]> {
    this.service.kill("SIGTERM");
    const { status } = await this.service.ended;
    return [status, this.folder.processes()];
  }
}

function as(name: string) {
  return { headers: { Authorization: `Bearer ${name}` } };
}
