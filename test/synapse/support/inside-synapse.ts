import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { vi } from "vitest";
import { register, startSynapse, type Account, type Synapse, type SynapseOptions } from "./synapse.ts";

const CLI = fileURLToPath(new URL("../../../dist/cli/main.js", import.meta.url));
/** Where Synapse finds the package, from the sources. */
const PACKAGE = fileURLToPath(new URL("../../../python-shim", import.meta.url));
/** The modules of these tests. */
export const INSIDE_MODULES = fileURLToPath(new URL("../inside/modules", import.meta.url));
/** The command that hosts TypeScript modules. */
export const CALLBACKS = [process.execPath, CLI, "callbacks"];

/** A call that a module wrote down: its name, the callback, and the arguments. */
export type Call = readonly [name: string, callback: string, ...args: unknown[]];

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

/** A stock Synapse with TypeScript modules in it. */
export class InsideSynapse {
  readonly #synapse: Synapse;
  readonly #folder: string;

  private constructor(synapse: Synapse, folder: string) {
    this.#synapse = synapse;
    this.#folder = folder;
  }

  /**
   * `modules` gets the file in which modules are to write down their calls; `package_` is where Synapse finds the
   * package.
   */
  static async start(
    modules: (calls: string) => readonly object[],
    options: SynapseOptions = {},
    package_ = PACKAGE,
  ): Promise<InsideSynapse> {
    const folder = mkdtempSync(join(tmpdir(), "media-bridge-inside-"));
    try {
      const synapse = await startSynapse({
        mediaRepo: true,
        ...options,
        pythonPath: [package_, INSIDE_MODULES, ...(options.pythonPath ?? [])],
        config: { modules: modules(join(folder, "calls")), ...options.config },
      });
      return new InsideSynapse(synapse, folder);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  get url(): string {
    return this.#synapse.homeserver.url;
  }

  /** The folder of its log, its media and its database. */
  get folder(): string {
    return this.#synapse.homeserver.folder;
  }

  get pid(): number {
    return this.#synapse.pid;
  }

  get admin(): Account {
    return this.#synapse.homeserver.admin;
  }

  register(username: string): Promise<Account> {
    return register(this.#synapse.homeserver, username);
  }

  /** Gives a user an e-mail address, as an administrator does. */
  async giveAddress({ userId }: Account, address: string): Promise<void> {
    const path = `/_synapse/admin/v2/users/${encodeURIComponent(userId)}`;
    const body = JSON.stringify({ threepids: [{ medium: "email", address }] });
    const { status, text } = await this.ask("PUT", path, this.admin, body, "application/json");
    if (status !== 200) throw new Error(`the address was answered with ${status}: ${text}`);
  }

  /** Sends a request as a user. */
  async ask(method: string, path: string, { accessToken }: Account, body?: string | Buffer, type = "text/plain") {
    const headers = { Authorization: `Bearer ${accessToken}`, ...(body !== undefined && { "Content-Type": type }) };
    const answer = await fetch(`${this.url}${path}`, { method, headers, ...(body !== undefined && { body }) });
    return readAnswer(answer);
  }

  upload(account: Account, body: string | Buffer, type?: string): Promise<Answer> {
    return this.ask("POST", "/_matrix/media/v3/upload", account, body, type);
  }

  config(account: Account): Promise<Answer> {
    return this.ask("GET", "/_matrix/client/v1/media/config", account);
  }

  /** What modules wrote down since the last call of this. */
  takeCalls(): Call[] {
    const path = join(this.#folder, "calls");
    try {
      const lines = readFileSync(path, "utf8").trim().split("\n");
      return lines.map((line) => JSON.parse(line) as Call);
    } catch {
      return [];
    } finally {
      rmSync(path, { force: true });
    }
  }

  log(): string {
    return readFileSync(join(this.folder, "homeserver.log"), "utf8");
  }

  /** Waits until its log has these words. */
  async logged(words: RegExp): Promise<void> {
    await vi.waitFor(
      () => {
        if (!words.test(this.log())) throw new Error(`Synapse's log lacks ${String(words)}`);
      },
      { timeout: 20_000 },
    );
  }

  /** The processes that Synapse started: Node. */
  children(): number[] {
    return childrenOf(this.pid);
  }

  async stop(): Promise<void> {
    await this.#synapse.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** The processes that a process started, whatever thread of it did. */
export function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean).map(Number),
  );
}

/** The entry of Synapse's `modules:` that loads TypeScript modules of these tests. */
export function typescript(modules: readonly object[], more: object = { command: CALLBACKS }): object {
  return { module: "synapse_media_bridge_module.TypeScriptModules", config: { modules, ...more } };
}

async function readAnswer(answer: Response): Promise<Answer> {
  const text = await answer.text();
  const isJson = answer.headers.get("Content-Type")?.startsWith("application/json") === true;
  const json = isJson ? (JSON.parse(text) as Record<string, unknown>) : {};
  return { status: answer.status, headers: answer.headers, text, json };
}
