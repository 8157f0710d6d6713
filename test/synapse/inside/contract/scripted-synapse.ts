import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { INSTANCES, type Script, type TraceLine } from "../../../callbacks/script.ts";
import { CONFIGURED_LIMITS, MAX_UPLOAD_BYTES } from "../../../callbacks/scripted-service.ts";
import { FIXTURE_MODULES } from "../../../support/service.ts";
import { InsideSynapse, typescript, type Answer } from "../../support/inside-synapse.ts";

/** A Synapse with the same scripted modules as a `ScriptedService` of three TypeScript ones, and the same limits. */
export class ScriptedSynapse {
  readonly #synapse: InsideSynapse;
  readonly #folder: string;

  private constructor(synapse: InsideSynapse, folder: string) {
    this.#synapse = synapse;
    this.#folder = folder;
  }

  /** @param scripts by the names of users */
  static async start(scripts: Readonly<Record<string, Script>>): Promise<ScriptedSynapse> {
    const folder = mkdtempSync(join(tmpdir(), "media-bridge-scripted-synapse-"));
    const files = { table: join(folder, "table.json"), trace: join(folder, "trace.jsonl") };
    writeFileSync(files.table, JSON.stringify(scripts));
    writeFileSync(files.trace, "");
    const modules = INSTANCES.map((instance) => ({
      typescript: join(FIXTURE_MODULES, "scripted.ts"),
      config: { instance, ...files },
    }));
    const config = {
      server_name: "example.test",
      public_baseurl: "https://example.test/",
      max_upload_size: MAX_UPLOAD_BYTES,
      media_upload_limits: CONFIGURED_LIMITS,
    };
    try {
      return new ScriptedSynapse(await InsideSynapse.start(() => [typescript(modules)], { config }), folder);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** A user of this name, who asks for the media configuration and uploads. */
  async person(name: string): Promise<{ config(): Promise<Answer>; upload(body: Buffer): Promise<Answer> }> {
    const account = await this.#synapse.register(name);
    return {
      config: () => this.#synapse.config(account),
      upload: (body) => this.#synapse.upload(account, body),
    };
  }

  /** The calls that modules got for a user, in order. */
  calls(name: string): TraceLine[] {
    const lines = readFileSync(join(this.#folder, "trace.jsonl"), "utf8").trimEnd().split("\n");
    const calls = lines.map((line) => JSON.parse(line) as TraceLine);
    return calls.filter(({ event, user }) => event === "called" && user === name);
  }

  async stop(): Promise<void> {
    await this.#synapse.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
