import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { vi } from "vitest";
import { FIXTURE_MODULES, startTestService, type TestService, type TestServiceOptions } from "../support/service.ts";
import { Person } from "./person.ts";
import { INSTANCES, type Instance, type Language, type Script, type TraceLine } from "./script.ts";

export interface ScriptedOptions extends TestServiceOptions {
  /** More keys of the config of one instance. */
  readonly moduleConfig?: Partial<Record<Instance, Record<string, unknown>>>;
  /** More keys of the entry of one instance. */
  readonly moduleEntry?: Partial<Record<Instance, object>>;
}

const USERS = 600;

/** Limits of the configuration in every scripted service. */
export const CONFIGURED_LIMITS = [
  { time_period: "1h", max_size: "20K", info_uri: "https://example.test/hour" },
  { time_period: "1d", max_size: "30K" },
];
export const MAX_UPLOAD_BYTES = 64 * 1024;

/** A real service whose modules do what a table says: one place of the chain for each language. */
export class ScriptedService {
  readonly languages: readonly Language[];
  readonly service: TestService;
  readonly #folder: string;
  readonly #scripts: Record<string, Script> = {};
  #lastUser = 0;
  #lastGate = 0;

  private constructor(languages: readonly Language[], service: TestService, folder: string) {
    this.languages = languages;
    this.service = service;
    this.#folder = folder;
  }

  static async start(languages: readonly Language[], options: ScriptedOptions = {}): Promise<ScriptedService> {
    const folder = mkdtempSync(join(tmpdir(), "media-bridge-scripted-"));
    try {
      writeFileSync(join(folder, "users.yaml"), JSON.stringify(createTokens()), { mode: 0o600 });
      writeFileSync(join(folder, "table.json"), "{}");
      writeFileSync(join(folder, "trace.jsonl"), "");
      const service = await startTestService({
        folder,
        config: { max_upload_size: MAX_UPLOAD_BYTES, media_upload_limits: CONFIGURED_LIMITS, ...options.config },
        mediaBridge: {
          tokens_file: "./users.yaml",
          modules: languages.map((language, index) => moduleEntry(language, folder, INSTANCES[index], options)),
          ...options.mediaBridge,
        },
      });
      return new ScriptedService(languages, service, folder);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** A new user, for whom the modules do what the script says. */
  person(script: Script = {}): Person {
    const name = `user${++this.#lastUser}`;
    if (this.#lastUser > USERS) throw new RangeError("a scripted service has no more users");
    this.script(name, script);
    return new Person(this, name);
  }

  /** Changes what the modules do for a user, from the next call on. */
  script(user: string, script: Script): void {
    this.#scripts[user] = script;
    // Renamed into place: a module of the other process may be reading it.
    writeFileSync(join(this.#folder, "table.next"), JSON.stringify(this.#scripts));
    renameSync(join(this.#folder, "table.next"), join(this.#folder, "table.json"));
  }

  /** A gate for the `until` of steps: what waits continues when it is opened. */
  gate(): { readonly path: string; open(): void } {
    const path = join(this.#folder, `gate${++this.#lastGate}`);
    return { path, open: () => writeFileSync(path, "") };
  }

  /** Everything the modules have written so far. */
  trace(): TraceLine[] {
    const lines = readFileSync(join(this.#folder, "trace.jsonl"), "utf8").trimEnd();
    return lines === "" ? [] : lines.split("\n").map((line) => JSON.parse(line) as TraceLine);
  }

  /** The first line of the trace that matches, once it is there. */
  async traced(matches: (line: TraceLine) => boolean): Promise<TraceLine> {
    return vi.waitFor(
      () => {
        const found = this.trace().find(matches);
        if (found === undefined) throw new Error("not traced");
        return found;
      },
      { timeout: 15_000, interval: 5 },
    );
  }

  /** What the service calls the module at a place of the chain. */
  moduleName(instance: Instance): string {
    return this.languages[INSTANCES.indexOf(instance)] === "python" ? "scripted.Scripted" : "scripted";
  }

  /** Makes an upload older, as if it had been made earlier. */
  age(mediaId: string, milliseconds: number): void {
    const database = new Database(join(this.#folder, "data", "media.db"), { timeout: 5_000 });
    const statement = "update media_bridge_uploads set uploaded_ts = uploaded_ts - ? where media_id = ?";
    const { changes } = database.prepare(statement).run(milliseconds, mediaId);
    database.close();
    if (changes !== 1) throw new Error("the upload does not exist");
  }

  /** Makes a media id older, as if it had been created earlier. */
  ageCreation(mediaId: string, milliseconds: number): void {
    const database = new Database(join(this.#folder, "data", "media.db"), { timeout: 5_000 });
    const statement = "update local_media_repository set created_ts = created_ts - ? where media_id = ?";
    const { changes } = database.prepare(statement).run(milliseconds, mediaId);
    database.close();
    if (changes !== 1) throw new Error("the media id does not exist");
  }

  async stop(): Promise<void> {
    await this.service.stop();
    if (existsSync(this.#folder)) rmSync(this.#folder, { recursive: true });
  }
}

function createTokens(): Record<string, { user_id: string }> {
  const names = Array.from({ length: USERS }, (_, index) => `user${index + 1}`);
  return Object.fromEntries(names.map((name) => [`token-of-${name}`, { user_id: `@${name}:example.test` }]));
}

function moduleEntry(
  language: Language,
  folder: string,
  instance: Instance | undefined,
  options: ScriptedOptions,
): object {
  const config = {
    instance,
    table: join(folder, "table.json"),
    trace: join(folder, "trace.jsonl"),
    ...(instance && options.moduleConfig?.[instance]),
  };
  const more = instance && options.moduleEntry?.[instance];
  return language === "python"
    ? { module: "scripted.Scripted", config, ...more }
    : { typescript: join(FIXTURE_MODULES, "scripted.ts"), config, ...more };
}
