import { join } from "node:path";
import type { AdminQuestion } from "../callbacks/context/caller.ts";
import { ModuleUnavailable } from "../callbacks/failure.ts";
import { CallbackRegistry } from "../callbacks/slots/registry.ts";
import type {
  ModuleConfig,
  PythonModuleConfig,
  PythonProviderConfig,
  StorageProviderConfig,
  TypeScriptModuleConfig,
} from "../config/config.ts";
import { chooseModules, withDecidingCandidates } from "./deciding-candidates.ts";
import { requireDatabaseChoice } from "./database-choice.ts";
import { adviseOnLoading } from "./loading/load-advice.ts";
import { warnOfLeftOut, type LeftOut } from "./loading/left-out.ts";
import type { CompleteOptions, LoadOptions } from "./loading/load-options.ts";
import { joinStartErrors } from "./python/python-start-error.ts";
import type { PythonChildren } from "./python/children/python-children.ts";
import type { BackgroundTasks } from "./typescript/background-tasks.ts";
import { setUpModule, setUpProvider } from "./typescript/set-up.ts";
import { createUnservedWeb } from "./typescript/web.ts";
import { parseTypeScriptModule, type ParsedModule } from "./typescript/typescript-host.ts";
import type { RegisteredProvider } from "./typescript/typescript-provider.ts";

/** Every module of the configuration, constructed, and the chains they registered. */
export interface LoadedModules {
  readonly registry: CallbackRegistry;
  /** Absent where no Python module is configured. */
  readonly python: PythonChildren | undefined;
  /** In configuration order. */
  readonly modules: readonly LoadedModule[];
  /** In configuration order. */
  readonly storageProviders: readonly LoadedProvider[];
  /** Asks the homeserver; rejects with a `HomeserverError` where it cannot be asked. */
  readonly isUserAdmin: AdminQuestion;
  /** Is aborted when they end. */
  readonly ending: AbortSignal;
  stop(graceMs: number): Promise<void>;
}

export interface LoadedModule extends LeftOut {
  readonly index: number;
  readonly name: string;
  /** Of Synapse's older kind, whose methods are its callbacks. */
  readonly isLegacySpamChecker: boolean;
  readonly language: "python" | "typescript";
  readonly file: string | null;
  /** The Python child that it lives in: `shared`, or one of its own by its name; null for a TypeScript module. */
  readonly child: string | null;
  /** Callbacks that it registered and this service never fires. */
  readonly unfired: readonly string[];
}

/** A storage provider that is constructed. */
export type LoadedProvider = (PythonProviderConfig | RegisteredProvider) & { readonly file: string | null };

/**
 * Loads all modules: every configuration is parsed before the first module is constructed, then they are constructed in
 * the configuration's order, Python and TypeScript mixed, and after them the storage providers. Rejects with a
 * StartError; nothing is left running then.
 */
export async function loadModules(loadOptions: LoadOptions): Promise<LoadedModules> {
  const config = withDecidingCandidates(loadOptions.config);
  const options = { ...loadOptions, config, web: loadOptions.web ?? createUnservedWeb(loadOptions.log) };
  const { modules, storageProviders } = config;
  requireDatabaseChoice(config);
  const registry = new CallbackRegistry();
  const choose = chooseModules(config);
  if (choose !== undefined) registry.choose(choose);
  const needsPython = [...modules, ...storageProviders].some(({ language }) => language === "python");
  const backgrounds: BackgroundTasks[] = [];
  const ending = new AbortController();
  const stop = async (graceMs: number) => {
    ending.abort(new ModuleUnavailable("unavailable", "the service stops"));
    await Promise.all([...backgrounds.map((background) => background.stop(graceMs)), python?.stop(graceMs)]);
  };
  const python = needsPython ? await openPython(registry, options) : undefined;
  const parts = { registry, backgrounds, options };
  const failures: unknown[] = [];
  const loaded: LoadedModule[] = [];
  try {
    const starting = python?.start();
    options.onSpawned?.();
    const [parsed] = await settleBoth(
      parseAll([...modules, ...storageProviders].filter(isTypeScript), options),
      starting,
    );
    for (const entry of modules) {
      if (entry.language === "python") {
        try {
          await python?.construct(entry.index);
        } catch (error) {
          // The modules after it are tried as well, as long as there is a child: the operator learns of all that fail,
          // and of those that would load.
          failures.push(error);
          if (python?.childOf(entry.index)?.up === true) continue;
          break;
        }
        loaded.push(describePython(entry, python));
      } else {
        loaded.push(await setUpModule(parsed.get(entry.index), parts));
      }
      const last = loaded.at(-1);
      if (last !== undefined) warnOfLeftOut(options.log, last);
    }
    if (failures.length > 0) throw joinStartErrors(failures);
    const providers: LoadedProvider[] = [];
    // Names of Python providers are in the configuration: those that come later are taken as well.
    const inPython = storageProviders.flatMap((entry) => (entry.language === "python" ? [entry.name] : []));
    for (const entry of storageProviders) {
      if (entry.language === "python") {
        await python?.construct(entry.index);
        providers.push({ ...entry, file: python?.fileOf(entry.index) ?? null });
      } else {
        const names = [...inPython, ...providers.map(({ name }) => name)];
        providers.push(await setUpProvider(entry, names, parsed.get(entry.index), parts));
      }
    }
    return {
      registry,
      python,
      modules: loaded,
      storageProviders: providers,
      isUserAdmin: async (userId) => (await options.services).homeserver.isUserAdmin(userId),
      ending: ending.signal,
      stop,
    };
  } catch (error) {
    await stop(0);
    const first = failures.length > 0 ? joinStartErrors(failures) : error;
    throw adviseOnLoading(first, options.config, new Set(loaded.map(({ index }) => index)));
  }
}

/** A chain of TypeScript alone pays for none of this. */
async function openPython(registry: CallbackRegistry, options: CompleteOptions): Promise<PythonChildren> {
  const { openPythonChildren } = await import("./python/children/open-python-children.ts");
  return openPythonChildren(registry, options);
}

/** Waits for both, even where one fails, so that no half-started child is left behind. */
async function settleBoth<A, B>(first: Promise<A>, second: Promise<B> | undefined): Promise<[A, B | undefined]> {
  const [a, b] = await Promise.allSettled([first, second]);
  if (b.status === "rejected") throw b.reason;
  if (a.status === "rejected") throw a.reason;
  return [a.value, b.value];
}

async function parseAll(
  entries: readonly TypeScriptModuleConfig[],
  { config, dryRun, generation = 0 }: LoadOptions,
): Promise<Map<number, ParsedModule>> {
  const cacheFolder = dryRun ? undefined : join(config.mediaBridge.dataPath, "compiled-modules");
  const parsed = new Map<number, ParsedModule>();
  for (const entry of entries) parsed.set(entry.index, await parseTypeScriptModule(entry, { cacheFolder, generation }));
  return parsed;
}

function describePython(entry: PythonModuleConfig, python: PythonChildren | undefined): LoadedModule {
  return {
    index: entry.index,
    name: entry.module,
    language: "python",
    file: python?.fileOf(entry.index) ?? null,
    child: python?.childOf(entry.index)?.name ?? null,
    unfired: python?.unfired(entry.index) ?? [],
    ...(python?.leftOut(entry.index) ?? { registersNothing: true, unregistered: [] }),
    isLegacySpamChecker: entry.isLegacySpamChecker === true,
  };
}

function isTypeScript(entry: ModuleConfig | StorageProviderConfig): entry is TypeScriptModuleConfig {
  return entry.language === "typescript";
}
