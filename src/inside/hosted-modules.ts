import { isAbsolute } from "node:path";
import { KINDS } from "../callbacks/kinds.ts";
import { CallbackRegistry } from "../callbacks/slots/registry.ts";
import type { TypeScriptSlot } from "../callbacks/slots/slot.ts";
import { StartError } from "../errors.ts";
import type { HomeserverClient } from "../homeserver/client/homeserver-client.ts";
import { declareUncounted } from "../metrics/declared-metrics.ts";
import type { ModuleDatabase } from "../module-api/module-database.ts";
import { heardLog } from "../modules/heard/heard-log.ts";
import { BackgroundTasks } from "../modules/typescript/background-tasks.ts";
import { createNamesApi } from "../modules/typescript/names.ts";
import { createModuleApi, parseTypeScriptModule, type ParsedModule } from "../modules/typescript/typescript-host.ts";
import type { TypeScriptEntry } from "../modules/typescript/typescript-entry.ts";
import { SYSTEM_CLOCK } from "../util/clock.ts";
import type { Logger } from "../util/log.ts";
import { parseExactJson } from "./wire/exact-json.ts";
import type { Initialize, ServerFacts, WireEntry } from "./wire/protocol.ts";
import { offerNoProvider, offerNoWeb } from "./peer/not-offered.ts";
import type { LoadedDecider } from "./shadows.ts";

/** What modules reach through their Synapse. */
export interface SynapseServices {
  readonly homeserver: HomeserverClient;
  readonly database: ModuleDatabase;
}

/** The modules of one Synapse process. */
export class HostedModules {
  readonly #parsed: readonly ParsedModule[];
  readonly #log: Logger;
  readonly #registry = new CallbackRegistry();
  readonly #slots: TypeScriptSlot[] = [];
  readonly #backgrounds: BackgroundTasks[] = [];
  #isSetUp = false;
  #isStopped = false;

  private constructor(parsed: readonly ParsedModule[], log: Logger) {
    this.#parsed = parsed;
    this.#log = log;
  }

  /**
   * Imports modules and parses their configurations, in order. `generation` is another number for each Synapse, so that
   * each has variables of its own. Rejects with a StartError that names the module, its file and the line.
   */
  static async parse(entries: Initialize["modules"], generation: number, log: Logger): Promise<HostedModules> {
    const parsed: ParsedModule[] = [];
    for (const [index, hosted] of entries.entries()) {
      if (!("typescript" in hosted)) continue;
      const { typescript, config } = hosted;
      const entry = {
        index,
        specifier: typescript,
        from: process.cwd(),
        config: parseExactJson(config),
        key: keyOf(index),
      };
      checkSpecifier(entry);
      parsed.push(await parseTypeScriptModule(entry, { cacheFolder: undefined, generation }));
    }
    return new HostedModules(parsed, log);
  }

  get files(): readonly { readonly name: string; readonly file: string }[] {
    return this.#parsed.map(({ module, file }) => ({ name: module.name, file }));
  }

  /**
   * Sets the modules up, in order. `onLate` is called for each callback that is registered afterwards. Rejects with a
   * StartError, also where it is stopped meanwhile.
   */
  async setUp(facts: ServerFacts, services: SynapseServices, onLate: (entry: WireEntry) => void): Promise<WireEntry[]> {
    const entries: WireEntry[] = [];
    this.#registry.watch((slot) => {
      if (slot.language !== "typescript" || !KINDS[slot.kind].isOfSynapse) return;
      const { kind, nth, name, file, module } = slot;
      const entry = { slot: this.#slots.push(slot) - 1, kind, module: module.index, nth, name, file };
      if (this.#isSetUp) onLate(entry);
      else entries.push(entry);
      if (kind === "get_media_upload_limits_for_user" && slot.call.length > 1) this.#warnOfSize(slot);
    });
    for (const parsed of this.#parsed) {
      // Synapse may be gone before all are set up: a module that comes afterwards would run without a Synapse.
      if (this.#isStopped) throw new StartError("MODULE", `${parsed.module.name} is not set up: Synapse has left`);
      await this.#setUpOne(parsed, facts, services);
    }
    this.#isSetUp = true;
    return entries;
  }

  /** The callback of a number; undefined where there is none. */
  slot(number: number): TypeScriptSlot | undefined {
    return this.#slots[number];
  }

  /** All callbacks, in the order in which they were registered. */
  get slots(): readonly TypeScriptSlot[] {
    return this.#slots;
  }

  /** The modules as shadows know them. */
  get deciders(): LoadedDecider[] {
    return this.#parsed.map(({ module, file }) => {
      const kinds = this.#slots.filter((slot) => slot.module.index === module.index).map(({ kind }) => kind);
      return { index: module.index, name: module.name, file, kinds };
    });
  }

  /** Whether a module has no callback of this kind behind this one. */
  isLast({ module, kind, nth }: TypeScriptSlot): boolean {
    return !this.#slots.some((slot) => slot.module.index === module.index && slot.kind === kind && slot.nth > nth);
  }

  /** Ends the background work of all modules, within the grace. Modules that are not set up yet never are. */
  async stop(graceMs: number): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#backgrounds.map((background) => background.stop(graceMs)));
  }

  async #setUpOne(parsed: ParsedModule, facts: ServerFacts, services: SynapseServices) {
    const { module, file, callbackMembers } = parsed;
    const log = heardLog(this.#log.child({ module: module.name }));
    const background = new BackgroundTasks({
      log,
      clock: SYSTEM_CLOCK,
      runBackgroundTasks: facts.run_background_tasks,
      dryRun: false,
    });
    this.#backgrounds.push(background);
    const registered = new Set<string>();
    let isSetUp = false;
    const names = createNamesApi({
      serverName: facts.server_name,
      publicBaseurl: facts.public_baseurl ?? `https://${facts.server_name}/`,
      mediaBridge: { workerName: facts.worker_name ?? "" },
    });
    const api = createModuleApi(module, file, {
      names: { ...names, workerApp: facts.worker_app },
      homeserver: services.homeserver,
      takeDatabase: () => services.database,
      metrics: declareUncounted().api,
      takeProvider: offerNoProvider(module),
      web: offerNoWeb(module, this.#log),
      registry: this.#registry,
      background,
      log,
      registered,
      isSetUp: () => isSetUp,
    });
    await parsed.setup(api);
    isSetUp = true;
    this.#tellOfLeftOut(module.name, registered, callbackMembers);
  }

  #tellOfLeftOut(module: string, registered: ReadonlySet<string>, members: readonly string[]): void {
    const unfired = Object.values(KINDS).filter((kind) => !kind.isOfSynapse && registered.has(kind.typescriptName));
    for (const { typescriptName } of unfired) {
      this.#log.warn({ module, callback: typescriptName }, "Synapse never calls this callback");
    }
    const forgotten = members.filter((name) => !registered.has(name));
    if (registered.size === 0) this.#log.warn({ module, forgotten }, "this module registers nothing");
    else if (forgotten.length > 0)
      this.#log.warn({ module, forgotten }, "this module does not register all its callbacks");
  }

  #warnOfSize({ module, name, file }: TypeScriptSlot): void {
    const facts = { module: module.name, callback: name, file };
    this.#log.warn(
      facts,
      "Synapse does not tell this callback the size of the upload: it fails where it uses the size",
    );
  }
}

function keyOf(index: number): string {
  return `modules.${index}`;
}

function checkSpecifier({ specifier, key }: TypeScriptEntry): void {
  if (isAbsolute(specifier) || !/^\.{1,2}(?:\/|$)/.test(specifier)) return;
  throw new StartError(
    "MODULE",
    `${key} (typescript: ${specifier}) expected an absolute path, or the name of a package`,
  );
}
