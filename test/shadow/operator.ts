import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { z } from "zod";
import { startProcess, type ServiceProcess } from "../examples/service-process.ts";
import type { GuideStep } from "../support/guide.ts";
import { testPython } from "../support/python.ts";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));
const CLI = join(PROJECT, "dist/cli/main.js");
const EXAMPLE = join(PROJECT, "examples/migration/upload-rules");

/** How a command ended. */
export interface Ran {
  readonly exitCode: number | undefined;
  readonly output: string;
}

/** How the service is doing. */
export interface Status {
  /** Processes of Python. */
  readonly children: number;
  /** How often each module was asked for the media configuration, and decided, since the start. */
  readonly asked: ReadonlyMap<string, number>;
  /** Questions that wait for a shadow. */
  readonly waiting: number;
}

const StatusSchema = z.object({
  children: z.array(z.unknown()),
  shadows: z.array(z.object({ waiting: z.int() })),
  chains: z.array(z.object({ callback: z.string(), slots: z.array(z.object({ module: z.string(), asked: z.int() })) })),
});

/** An operator who follows the guide in a folder of their own, with the built command line. */
export class Operator {
  readonly #folder = mkdtempSync(join(tmpdir(), "media-bridge-guide-"));
  #service: ServiceProcess | undefined;
  #users = 0;

  /** `users`: how many may ever ask. */
  constructor(users: number) {
    for (const name of ["upload_rules.py", "upload-rules.ts"]) copyFileSync(join(EXAMPLE, name), this.#path(name));
    const names = Array.from({ length: users }, (_user, index) => `user${index}`);
    const tokens = names.map((name) => [`token-of-${name}`, { user_id: `@${name}:example.test` }]);
    writeFileSync(this.#path("tokens.yaml"), JSON.stringify(Object.fromEntries(tokens)), { mode: 0o600 });
  }

  /** Writes a file of the guide: the port is free, the disk is not waited for, and Python is the tests' own. */
  write({ file, text }: GuideStep & { readonly kind: "write" }): void {
    const placed = text
      .replace("port: 8800", "port: 0")
      .replace("  data_path:", "  durability: relaxed\n  data_path:")
      .replace("path: [.]", `executable: ${testPython()}\n    path: [.]`);
    writeFileSync(this.#path(file), placed);
  }

  /** Runs a command of the guide; `start` runs on until `stop`. */
  async run(command: string): Promise<Ran> {
    const [program, ...args] = command.split(" ");
    if (program !== "media-bridge") throw new Error(`the guide runs ${program}`);
    if (args[0] === "start") {
      this.#service = await startProcess("node", [CLI, ...args], this.#folder);
      return { exitCode: 0, output: this.#service.output() };
    }
    const { exitCode, all } = await execa("node", [CLI, ...args], { cwd: this.#folder, reject: false, all: true });
    return { exitCode, output: all };
  }

  /** What the service's status says. */
  async readStatus(): Promise<Status> {
    const { output } = await this.run("media-bridge status --json --config media-bridge.yaml --config modules.yaml");
    const { children, chains, shadows } = StatusSchema.parse(JSON.parse(output));
    const slots = chains.find(({ callback }) => callback === "get_media_config_for_user")?.slots ?? [];
    return {
      children: children.length,
      asked: new Map(slots.map(({ module, asked }) => [module, asked])),
      waiting: shadows.reduce((sum, { waiting }) => sum + waiting, 0),
    };
  }

  /** What a user who has uploaded nothing so far is answered: the configuration, and uploads of these sizes in turn. */
  async askAsNewUser(sizes: readonly number[]): Promise<string[]> {
    const name = `user${this.#users++}`;
    const answers = [await this.#ask(name, "/_matrix/client/v1/media/config")];
    for (const size of sizes) {
      answers.push(await this.#ask(name, "/_matrix/media/v3/upload", Buffer.alloc(size)));
    }
    return answers;
  }

  async #ask(name: string, path: string, body?: Buffer<ArrayBuffer>): Promise<string> {
    const headers = { Authorization: `Bearer token-of-${name}`, "Content-Type": "application/octet-stream" };
    const init = body === undefined ? { headers } : { headers, method: "POST", body };
    const response = await fetch(`${this.#service?.url}${path}`, init);
    return `${response.status} ${(await response.text()).replace(/mxc:[^"]+/, "mxc:…")}`;
  }

  async stop(): Promise<void> {
    await this.#service?.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #path(file: string): string {
    return join(this.#folder, file);
  }
}
