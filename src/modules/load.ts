import { join } from "node:path";
import type { Handlers } from "../bridge/connection.ts";
import { maxWebBodyBytes } from "../web/body-limit.ts";
import { CallbackRegistry } from "../callbacks/registry.ts";
import type { Config, PythonModuleConfig, StorageProviderConfig, TypeScriptModuleConfig } from "../config/config.ts";
import type { Logger } from "../util/log.ts";
import type { PythonHost } from "./python-host.ts";
import type { DatabaseFacts, ServiceFacts } from "./python-host-options.ts";
import { createNamesApi, WORKER_APP } from "./names-api.ts";
import { BackgroundTasks } from "./background-tasks.ts";
import type { Blocked } from "./python-messages.ts";
import { PythonWeb } from "./python-web.ts";
import { SocketFolder } from "./socket-folder.ts";
import type { TypeScriptServices } from "./typescript-services.ts";
import { createUnservedWeb, type WebServices } from "./web-api.ts";
import { createModuleApi, parseTypeScriptModule, type ParsedModule } from "./typescript-host.ts";

export interface LoadOptions {
  readonly config: Config;
  readonly log: Logger;
  /** For `check` and `call`: nothing of a module starts by itself. */
  readonly heldBack: boolean;
  /** What Python modules may ask of the service: handlers by method (docs/bridge-protocol.md). */
  readonly requests?: Handlers;
  /** Hears of each time a Python module held the child's event loop. */
  readonly onBlocked?: (blocked: Blocked) => void;
  /** What is done for TypeScript modules, which are set up once it is there. */
  readonly services: Promise<TypeScriptServices>;
  /** Told once Python has been spawned, where there is any: from here on it starts by itself, and others may take their time. */
  readonly onSpawned?: () => void;
  /** What is offered for web resources; where it is absent, nobody serves them. */
  readonly web?: WebServices;
  /** 0 at start; every reload counts one up. */
  readonly generation?: number;
  /** Hears one line for each step of making the Python environment; the log does where it is absent. */
  readonly onProgress?: (line: string) => void;
}

type CompleteOptions = LoadOptions & { readonly web: WebServices };

/** Every module of the configuration, constructed, and the chains they registered. */
export interface LoadedModules {
  readonly registry: CallbackRegistry;
  /** Absent where no Python module is configured. */
  readonly python: PythonHost | undefined;
  /** In configuration order. */
  readonly modules: readonly LoadedModule[];
  /** In configuration order. */
  readonly storageProviders: readonly LoadedProvider[];
  stop(graceMs: number): Promise<void>;
}

export interface LoadedModule {
  readonly name: string;
  readonly language: "python" | "typescript";
  readonly file: string | null;
  /** Callbacks that it registered and this service never fires. */
  readonly unfired: readonly string[];
}

/** A storage provider that is constructed. */
export interface LoadedProvider extends StorageProviderConfig {
  readonly file: string | null;
}

/**
 * Loads all modules: every configuration is parsed before the first module is constructed, then they are constructed in the
 * configuration's order, Python and TypeScript mixed, and after them the storage providers. Rejects with a StartError; nothing is left running then.
 */
export async function loadModules(loadOptions: LoadOptions): Promise<LoadedModules> {
  const options = { ...loadOptions, web: loadOptions.web ?? createUnservedWeb(loadOptions.log) };
  const { modules, storageProviders } = options.config;
  const registry = new CallbackRegistry();
  const pythonEntries = modules.filter((entry) => entry.language === "python");
  const needsPython = pythonEntries.length + storageProviders.length > 0;
  const backgrounds: BackgroundTasks[] = [];
  const stop = async (graceMs: number) => {
    await Promise.all([...backgrounds.map((background) => background.stop(graceMs)), python?.stop(graceMs)]);
  };
  const python = needsPython ? await createPythonHost(pythonEntries, registry, options) : undefined;
  try {
    const starting = python?.start();
    options.onSpawned?.();
    const [parsed] = await settleBoth(parseAll(modules.filter(isTypeScript), options), starting);
    const loaded: LoadedModule[] = [];
    for (const entry of modules) {
      if (entry.language === "python") {
        await python?.construct(entry.index);
        loaded.push(describePython(entry, python));
      } else {
        loaded.push(await setUp(parsed.get(entry.index), registry, backgrounds, options));
      }
    }
    for (const { index } of storageProviders) await python?.construct(index);
    const providers = storageProviders.map((entry) => ({ ...entry, file: python?.fileOf(entry.index) ?? null }));
    return {
      registry,
      python,
      modules: loaded,
      storageProviders: providers,
      stop,
    };
  } catch (error) {
    await stop(0);
    throw error;
  }
}

/** Waits for both, also where one fails, so that no child is left behind half started. */
async function settleBoth<A, B>(first: Promise<A>, second: Promise<B> | undefined): Promise<[A, B | undefined]> {
  const [a, b] = await Promise.allSettled([first, second]);
  if (b.status === "rejected") throw b.reason;
  if (a.status === "rejected") throw a.reason;
  return [a.value, b.value];
}

async function parseAll(
  entries: readonly TypeScriptModuleConfig[],
  { config, heldBack, generation = 0 }: LoadOptions,
): Promise<Map<number, ParsedModule>> {
  const cacheFolder = heldBack ? undefined : join(config.mediaBridge.dataPath, "compiled-modules");
  const parsed = new Map<number, ParsedModule>();
  for (const entry of entries) parsed.set(entry.index, await parseTypeScriptModule(entry, { cacheFolder, generation }));
  return parsed;
}

async function setUp(
  parsed: ParsedModule | undefined,
  registry: CallbackRegistry,
  backgrounds: BackgroundTasks[],
  { config, heldBack, web, services, ...options }: CompleteOptions,
): Promise<LoadedModule> {
  if (parsed === undefined) throw new TypeError("a module was set up before it was parsed");
  const { module, file } = parsed;
  const { runBackgroundTasks } = config.mediaBridge;
  const log = options.log.child({ module: module.name });
  const background = new BackgroundTasks({ log, runBackgroundTasks, heldBack });
  backgrounds.push(background);
  const names = createNamesApi(config);
  const api = createModuleApi(module, file, { ...(await services), names, registry, web, background, log });
  await parsed.setup(api);
  return { name: module.name, language: "typescript", file, unfired: [] };
}

async function createPythonHost(
  entries: readonly PythonModuleConfig[],
  registry: CallbackRegistry,
  { config, log, heldBack, requests = {}, web, onBlocked, onProgress }: CompleteOptions,
): Promise<PythonHost> {
  // A chain of TypeScript alone pays for none of this.
  const [{ ensurePythonEnvironment }, { PythonHost }] = await Promise.all([
    import("./python-environment.ts"),
    import("./python-host.ts"),
  ]);
  const { python, dataPath } = config.mediaBridge;
  const executable = await ensurePythonEnvironment({
    executable: python.executable,
    requirements: python.requirements,
    dataPath,
    needsPostgres: config.mediaBridge.homeserver?.database?.name === "psycopg2",
    onProgress: onProgress ?? ((line) => log.info({ python: { logger: "setup" } }, line)),
  });
  return new PythonHost({
    executable,
    environment: python.environment,
    searchPath: python.path,
    maxMemoryBytes: python.maxMemoryBytes,
    blockedAfterMs: python.blockedAfterMs,
    admission: python.admission,
    entries,
    storageProviders: config.storageProviders,
    service: serviceFacts(config),
    requests,
    registry,
    web: new PythonWeb({
      resources: web.resources,
      sockets: new SocketFolder(dataPath),
      maxBodyBytes: maxWebBodyBytes(config.maxUploadSizeBytes),
      log,
    }),
    log,
    heldBack,
    onBlocked,
  });
}

function serviceFacts(config: Config): ServiceFacts {
  return {
    server_name: config.serverName,
    public_baseurl: config.publicBaseurl,
    media_store_path: config.mediaStorePath,
    max_upload_size: config.maxUploadSizeBytes,
    enable_authenticated_media: config.enableAuthenticatedMedia,
    worker_name: config.mediaBridge.workerName,
    worker_app: WORKER_APP,
    run_background_tasks: config.mediaBridge.runBackgroundTasks,
    database: databaseFacts(config),
  };
}

function databaseFacts({ mediaBridge }: Config): DatabaseFacts {
  const database = mediaBridge.homeserver?.database;
  if (database === undefined) return { name: "sqlite3", args: { database: mediaBridge.database.path }, own: true };
  return { ...database.session, name: database.name, args: database.args, own: false };
}

function describePython(entry: PythonModuleConfig, python: PythonHost | undefined): LoadedModule {
  return {
    name: entry.module,
    language: "python",
    file: python?.fileOf(entry.index) ?? null,
    unfired: python?.unfired(entry.index) ?? [],
  };
}

function isTypeScript(entry: Config["modules"][number]): entry is TypeScriptModuleConfig {
  return entry.language === "typescript";
}
