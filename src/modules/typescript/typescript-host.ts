import type { CallbackRegistry } from "../../callbacks/slots/registry.ts";
import { KINDS, type Kind, type KindName } from "../../callbacks/kinds.ts";
import { isPlainObject } from "../../util/text/json-text.ts";
import type { SlotModule } from "../../callbacks/slots/slot.ts";
import type { Logger } from "../../util/log.ts";
import type { BackgroundTasks } from "./background-tasks.ts";
import type { ModuleApi, ModuleDefinition } from "../../module-api/definition.ts";
import type { ModuleDatabase } from "../../module-api/module-database.ts";
import type { StorageProvider } from "../../module-api/storage-provider-api.ts";
import type { NamesApi } from "../../module-api/names-api.ts";
import type { TypeScriptServices } from "./typescript-services.ts";
import { parseModuleConfig } from "./typescript-config.ts";
import { describeThrown, moduleError, type TypeScriptEntry } from "./typescript-entry.ts";
import { createWebApi, type WebServices } from "./web.ts";
import { importModule, type ImportOptions } from "./typescript-import.ts";

/** A module whose configuration is parsed and that waits for its turn to be set up. */
export interface ParsedModule {
  readonly module: SlotModule;
  /** Its file, absolute. */
  readonly file: string;
  /** Its members that have the name of a callback. */
  readonly callbackMembers: readonly string[];
  setup(api: ModuleApi): Promise<void>;
}

/**
 * Imports a TypeScript or JavaScript module, without a build step, and parses its configuration. Rejects with a
 * StartError that names the module and what is wrong, never a value of its configuration.
 */
export async function parseTypeScriptModule(entry: TypeScriptEntry, options: ImportOptions): Promise<ParsedModule> {
  const { file, exports } = await importModule(entry, options);
  return parseDefinition(entry, readDefinition(entry, exports), file);
}

/**
 * Parses the configuration of a module whose definition is there. Rejects with a StartError as {@link
 * parseTypeScriptModule} does.
 */
export async function parseDefinition(
  entry: TypeScriptEntry,
  definition: ModuleDefinition,
  file: string,
): Promise<ParsedModule> {
  const config = await parseModuleConfig(entry, definition, file);
  const { index, isReportOnly = false } = entry;
  const module: SlotModule = { index, name: definition.name, language: "typescript", isReportOnly };
  return {
    module,
    file,
    callbackMembers: Object.values(KINDS)
      .map(({ typescriptName }) => typescriptName)
      .filter((name) => typeof (definition as unknown as Record<string, unknown>)[name] === "function"),
    setup: async (api) => {
      try {
        await definition.setup(api, config);
      } catch (error) {
        // It may quote the configuration as it was written, and as its schema made it.
        const known = { ...entry, config: [entry.config, config] };
        throw moduleError(known, `cannot be set up: ${describeThrown(error, known, file)}`, error);
      }
    },
  };
}

/** The API for one module: what it registers is put at the end of the chains. */
export function createModuleApi(
  module: SlotModule,
  file: string,
  service: Omit<TypeScriptServices, "database"> & {
    readonly takeDatabase: () => ModuleDatabase;
    readonly names: NamesApi;
    readonly registry: CallbackRegistry;
    readonly web: WebServices;
    readonly background: BackgroundTasks;
    readonly log: Logger;
    /** Takes a storage provider; undefined for a module that may register none. */
    readonly takeProvider: ((provider: StorageProvider) => void) | undefined;
    /** Gets what is registered: names of callbacks, and paths. */
    readonly registered: Set<string>;
    /** Whether its `setup` is over. */
    readonly isSetUp: () => boolean;
  },
): ModuleApi {
  const { background } = service;
  const web = createWebApi(module, service.web);
  const register = (group: Kind<KindName>["group"], callbacks: object) => {
    for (const name of namesIn(callbacks, group)) {
      const callback: unknown = (callbacks as Record<string, unknown>)[name];
      if (callback === undefined || callback === null) continue;
      const kind = kindOf(group, name);
      if (kind === undefined)
        throw new TypeError(`${module.name} registers ${name}, which is not a callback of ${group}`);
      if (typeof callback !== "function")
        throw new TypeError(`${module.name} registers ${name}, which cannot be called`);
      const nth = service.registry.countOf(module.index, kind);
      const call = callback.bind(callbacks) as (...args: unknown[]) => unknown;
      service.registered.add(name);
      const misfit = findMisfit(kind, callback.length);
      if (misfit !== undefined) service.log.warn({ callback: kind }, `this callback does not fit: ${name} ${misfit}`);
      const isLate = service.isSetUp();
      // A function with a single named parameter cannot see the size; about any other one it is unknown.
      const takesSize = kind === "get_media_upload_limits_for_user" && callback.length !== 1;
      const facts = { kind, module, nth, name: callback.name || name, file, isLate, takesSize, misfit };
      service.registry.add({ language: "typescript", ...facts, call });
    }
  };
  return {
    ...service.names,
    log: service.log,
    homeserver: service.homeserver,
    get database() {
      return service.takeDatabase();
    },
    metrics: service.metrics,
    shouldRunBackgroundTasks: background.shouldRunBackgroundTasks,
    loopingBackgroundCall: background.loopingBackgroundCall,
    sleep: background.sleep,
    delayedBackgroundCall: background.delayedBackgroundCall,
    runAsBackgroundProcess: background.runAsBackgroundProcess,
    onShutdown: background.onShutdown,
    registerMediaRepositoryCallbacks: (callbacks) => register("media_repository", callbacks),
    registerSpamCheckerCallbacks: (callbacks) => register("spam_checker", callbacks),
    registerStorageProvider: (provider) => registerProvider(module, provider, service.takeProvider),
    ...web,
    registerWebResource: (path, handler) => {
      web.registerWebResource(path, handler);
      service.registered.add(path);
    },
  };
}

function registerProvider(
  { name }: SlotModule,
  provider: StorageProvider,
  take: ((provider: StorageProvider) => void) | undefined,
): void {
  if (take === undefined) {
    throw new TypeError(
      `${name} registers a storage provider: name its file in media_storage_providers, not in modules`,
    );
  }
  for (const method of ["storeFile", "fetch"] as const) {
    if (typeof (provider as Partial<StorageProvider> | null)?.[method] !== "function")
      throw new TypeError(`${name} registers a storage provider without the method ${method}`);
  }
  take(provider);
}

/** A function may take less than it is called with; more would be undefined. */
function findMisfit(kind: KindName, length: number): string | undefined {
  // The context is last.
  const given = KINDS[kind].toNative.length + 1;
  return length > given ? `takes ${length} arguments, is called with ${given}` : undefined;
}

/**
 * What an object registers: all members of a plain one, and the callbacks of any other one, whose methods are not own
 * members.
 */
function namesIn(callbacks: object, group: Kind<KindName>["group"]): string[] {
  if (isPlainObject(callbacks)) return Object.keys(callbacks);
  const names = Object.values(KINDS)
    .filter((kind) => kind.group === group && kind.typescriptName in callbacks)
    .map(({ typescriptName }) => typescriptName);
  if (names.length === 0) throw new TypeError(`an object without a single callback of ${group} was registered`);
  return names;
}

function kindOf(group: Kind<KindName>["group"], name: string): KindName | undefined {
  return (Object.keys(KINDS) as KindName[]).find(
    (kind) => KINDS[kind].typescriptName === name && KINDS[kind].group === group,
  );
}

function readDefinition(entry: TypeScriptEntry, exports: unknown): ModuleDefinition {
  const exported = (exports as { default?: unknown } | null | undefined)?.default;
  // In CommonJS that was compiled from TypeScript, it is one level further down.
  const candidates = [exported, (exported as { default?: unknown } | null | undefined)?.default];
  const definition = candidates.find(isDefinition);
  if (definition === undefined) {
    throw moduleError(entry, "cannot be loaded: its default export is not what defineModule() returns");
  }
  return definition;
}

function isDefinition(value: unknown): value is ModuleDefinition {
  const definition = value as Partial<ModuleDefinition> | null | undefined;
  return typeof definition?.setup === "function" && typeof definition.name === "string";
}
