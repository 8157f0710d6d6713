import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { createRequester, type CallerFacts, type KnownRequester } from "../callbacks/context/caller.ts";
import { namedUser } from "../callbacks/context/call-context.ts";
import type { CallbackKinds } from "../callbacks/kinds.ts";
import { CallbackRegistry } from "../callbacks/slots/registry.ts";
import { openHomeserver } from "../homeserver/client/homeserver.ts";
import { localFile, toFileInfo } from "../media-file.ts";
import { declareUncounted } from "../metrics/declared-metrics.ts";
import type { ModuleDatabase } from "../module-api/module-database.ts";
import type { StandardSchema } from "../module-api/standard-schema.ts";
import type { ModuleDefinition } from "../module-api/definition.ts";
import { BackgroundTasks } from "../modules/typescript/background-tasks.ts";
import { createNamesApi } from "../modules/typescript/names.ts";
import { createModuleApi, parseDefinition, parseTypeScriptModule } from "../modules/typescript/typescript-host.ts";
import { createUnservedWeb } from "../modules/typescript/web.ts";
import { openTrialDatabase } from "../storage/module-database/open-module-database.ts";
import { SYSTEM_CLOCK, type Clock } from "../util/clock.ts";
import { askCallbacks, kindOf, type CallbackAnswer, type CallbackArguments, type CallbackName } from "./callbacks.ts";
import type { FakeHomeserver } from "./fake-homeserver.ts";
import { recordLog, type RecordedLog } from "./recorded-log.ts";

/** Where a module finds itself. */
export interface LoadOptions {
  /** By which its timers go; absent: the machine's. */
  readonly clock?: Clock;
  /** What `api.homeserver` asks; where it is absent, every call says that no homeserver is configured. */
  readonly homeserver?: Pick<FakeHomeserver, "url" | "adminToken" | "appserviceToken">;
  /** `example.test` where it is absent. */
  readonly serverName?: string;
}

/** What a test says of the request for which callbacks are called: who makes it, and the upload that it is. */
export interface CallFacts extends Pick<CallerFacts, "upload" | "sizeBytes"> {
  readonly requester?: KnownRequester | undefined;
}

/** A module that was set up, without a service around it. */
export interface LoadedModule extends AsyncDisposable {
  readonly name: string;
  /** What it logs. */
  readonly log: RecordedLog;
  /** What it works on: in memory, for this module alone, with the service's own tables in it. */
  readonly database: ModuleDatabase;
  /**
   * Calls what it has registered under this name, as the service would: one callback after the other, until an answer
   * stops the walk. Resolves to the last answer. Rejects with what a callback threw; with a TypeError for an answer of
   * a wrong type, and where nothing is registered under the name.
   */
  call<Name extends CallbackName>(name: Name, ...args: CallbackArguments[Name]): Promise<CallbackAnswer<Name>>;
  /**
   * The same calls, with this in the `context` of its callbacks. Without it a callback gets the user whom its arguments
   * name.
   */
  within(facts: CallFacts): Pick<LoadedModule, "call">;
  /** Resolves once no task of its background work runs. */
  idle(): Promise<void>;
  /** Ends it: its tasks are aborted, its shutdown callbacks are called. */
  stop(): Promise<void>;
}

const STOP_MS = 5_000;
const CALL_TIMEOUT_MS = 30_000;
const MEDIA_ID = "AAAAAAAAAAAAAAAAAAAAAAAA";

/**
 * Sets a TypeScript module up with a configuration. `module` is what its file exports by default, or the file: a path
 * from the working directory, or a `file:` URL.
 *
 * @throws {StartError} where the module cannot be imported, refuses its configuration or fails in `setup`.
 *
 * @example const module = await loadModule(new URL("ceiling.ts", import.meta.url), { max_bytes: 1000 }); expect(await
 * module.call("isUserAllowedToUploadMediaOfSize", "@alice:example.test", 1001)).toBe(false);
 */
export async function loadModule<Schema extends StandardSchema>(
  module: ModuleDefinition<Schema> | string | URL,
  config: NonNullable<Schema["~standard"]["types"]>["input"],
  options: LoadOptions = {},
): Promise<LoadedModule> {
  const { clock = SYSTEM_CLOCK, homeserver, serverName = "example.test" } = options;
  const folder = mkdtempSync(join(tmpdir(), "media-bridge-module-"));
  const log = recordLog();
  const registry = new CallbackRegistry();
  const background = new BackgroundTasks({ log, clock, runBackgroundTasks: true, dryRun: false });
  const database = await openTrialDatabase({ path: join(folder, "media.db"), log });
  const opened = openHomeserver({ ...asked(homeserver), timeoutMs: CALL_TIMEOUT_MS });
  const close = async () => {
    await background.stop(STOP_MS);
    await Promise.all([database.close(), opened.close()]);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const parsed = await parse(module, config);
    let isSetUp = false;
    const api = createModuleApi(parsed.module, parsed.file, {
      names: createNamesApi({
        serverName,
        publicBaseurl: `https://${serverName}/`,
        mediaBridge: { workerName: "media" },
      }),
      homeserver: opened.client,
      takeDatabase: () => database,
      metrics: declareUncounted().api,
      takeProvider: undefined,
      web: createUnservedWeb(log),
      registered: new Set(),
      isSetUp: () => isSetUp,
      registry,
      background,
      log,
    });
    await parsed.setup(api);
    isSetUp = true;
    const within = (told: CallFacts): Pick<LoadedModule, "call"> => ({
      async call(name, ...args) {
        const kind = kindOf(name);
        const given = kind === "check_media_file_for_spam" ? writeFile(folder, args) : args;
        const values = given as CallbackKinds[typeof kind]["args"];
        const userId = namedUser(kind, values);
        const known = told.requester ?? (userId === undefined ? undefined : { userId });
        const requester = known && createRequester(known, (user) => opened.client.isUserAdmin(user));
        return (await askCallbacks(registry, kind, values, { facts: { ...told, requester }, log })) as never;
      },
    });
    return {
      name: parsed.module.name,
      log,
      database,
      within,
      call: within({}).call,
      idle: () => background.idle(),
      stop: close,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function parse(module: ModuleDefinition | string | URL, config: unknown) {
  const isFile = typeof module === "string" || module instanceof URL;
  const file = isFile ? resolve(toPath(module)) : "the definition";
  const entry = { index: 0, specifier: file, from: process.cwd(), config };
  if (!isFile) return parseDefinition(entry, module, file);
  // Each module has variables of its own.
  return parseTypeScriptModule(entry, { cacheFolder: undefined, generation: 1 });
}

function toPath(file: string | URL): string {
  return file instanceof URL || file.startsWith("file:") ? fileURLToPath(file) : file;
}

function asked(homeserver: LoadOptions["homeserver"]) {
  const { url, adminToken, appserviceToken } = homeserver ?? {};
  return { url, adminToken, appserviceToken };
}

function writeFile(folder: string, args: readonly unknown[]): unknown[] {
  const [content, info] = args as CallbackArguments["checkMediaFileForSpam"];
  const path = join(folder, "upload");
  writeFileSync(path, content);
  return [path, { ...toFileInfo(localFile(MEDIA_ID)), ...info }];
}
