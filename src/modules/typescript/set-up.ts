import type { CallbackRegistry } from "../../callbacks/slots/registry.ts";
import type { TypeScriptProviderConfig } from "../../config/config.ts";
import type { StorageProvider } from "../../module-api/storage-provider-api.ts";
import { offerDatabase } from "../database-choice.ts";
import { heardLog } from "../heard/heard-log.ts";
import { heardDatabase, heardHomeserver } from "../heard/heard-services.ts";
import type { LeftOut } from "../loading/left-out.ts";
import type { CompleteOptions } from "../loading/load-options.ts";
import { SYSTEM_CLOCK } from "../../util/clock.ts";
import { BackgroundTasks } from "./background-tasks.ts";
import { createNamesApi } from "./names.ts";
import { moduleError } from "./typescript-entry.ts";
import { createModuleApi, type ParsedModule } from "./typescript-host.ts";
import type { RegisteredProvider } from "./typescript-provider.ts";

/** What modules are set up with. */
export interface SetUpParts {
  readonly registry: CallbackRegistry;
  /** Takes what a module does besides requests, to end it later. */
  readonly backgrounds: BackgroundTasks[];
  readonly options: CompleteOptions;
}

/** A TypeScript module that is set up. */
export interface SetUpModule extends LeftOut {
  readonly index: number;
  readonly name: string;
  readonly language: "typescript";
  readonly file: string;
  readonly child: null;
  readonly unfired: readonly string[];
  readonly isLegacySpamChecker: false;
}

/** Sets up a module. Rejects with a StartError. */
export async function setUpModule(parsed: ParsedModule | undefined, parts: SetUpParts): Promise<SetUpModule> {
  return setUp(parsed, undefined, parts);
}

/**
 * Sets up the module of a storage provider. It is named after its definition, with `#2` and so on where the name is
 * taken. Rejects with a StartError, also where it registers no provider.
 */
export async function setUpProvider(
  entry: TypeScriptProviderConfig,
  taken: readonly string[],
  parsed: ParsedModule | undefined,
  parts: SetUpParts,
): Promise<RegisteredProvider & { readonly file: string }> {
  let provider: StorageProvider | undefined;
  const take = (registered: StorageProvider) => {
    if (provider !== undefined)
      throw new TypeError("an entry of media_storage_providers registers one provider, not two");
    provider = registered;
  };
  const { name: base, file } = await setUp(parsed, take, parts);
  if (provider === undefined) {
    throw moduleError(entry, "registers no storage provider: its setup must call api.registerStorageProvider");
  }
  let name = base;
  for (let nth = 2; taken.includes(name); nth += 1) name = `${base}#${nth}`;
  return { ...entry, name, provider, file };
}

async function setUp(
  parsed: ParsedModule | undefined,
  takeProvider: ((provider: StorageProvider) => void) | undefined,
  { registry, backgrounds, options: { config, dryRun, web, services, ...options } }: SetUpParts,
): Promise<SetUpModule> {
  if (parsed === undefined) throw new TypeError("a module was set up before it was parsed");
  const { module, file } = parsed;
  const { runBackgroundTasks } = config.mediaBridge;
  const log = heardLog(options.log.child({ module: module.name }));
  const clock = options.clock ?? SYSTEM_CLOCK;
  const onHeldBack = () => options.onHeldBack?.("background");
  const background = new BackgroundTasks({ log, clock, runBackgroundTasks, dryRun, onHeldBack });
  backgrounds.push(background);
  const names = createNamesApi(config);
  let isSetUp = false;
  const { homeserver, metrics, database } = await services;
  const offered = offerDatabase(config, heardDatabase(database, options.log.child({ module: module.name })));
  const registered = new Set<string>();
  const parts = { names, registry, web, background, log, registered, takeProvider, isSetUp: () => isSetUp };
  const heard = { homeserver: heardHomeserver(homeserver), takeDatabase: () => offered.take() };
  const api = createModuleApi(module, file, { ...heard, metrics, ...parts });
  try {
    await parsed.setup(api);
  } finally {
    offered.check(module.name);
  }
  isSetUp = true;
  return {
    index: module.index,
    name: module.name,
    language: "typescript",
    file,
    child: null,
    unfired: [],
    isLegacySpamChecker: false,
    registersNothing: registered.size === 0,
    unregistered: parsed.callbackMembers.filter((name) => !registered.has(name)),
  };
}
