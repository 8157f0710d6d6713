import { KINDS, type KindName } from "../../callbacks/kinds.ts";
import type { Config, ModuleConfig } from "../../config/config.ts";
import type { HomeserverRelay } from "../../homeserver/client/relayed-client.ts";
import { addHeldBack, type HeldBack, type HeldBackCounts, NOTHING_HELD_BACK } from "../../modules/heard/held-back.ts";
import type { LoadedModules } from "../../modules/load.ts";
import type { Asked } from "../../shadow/asked.ts";
import { answers, askModule, type AskedModule } from "../../shadow/asking/ask-module.ts";
import type { Timed } from "../../shadow/compared.ts";
import { boundSaid } from "../../shadow/run/bounded-said.ts";
import type { Logger } from "../../util/log.ts";
import { loadModulesForDryRun } from "../commands/dry-run.ts";

/** A transaction that writes keeps its locks until it is rolled back, and uploads may wait for them. */
const MAX_TRANSACTION_MS = 1_000;
/** Of the Python child, where `python.max_memory` sets no other limit. */
const MAX_MEMORY_BYTES = 512 * 2 ** 20;
const MAX_MESSAGE = 1_024;

/** One module that may look, and change nothing: {@link loadFencedModule}. */
export class FencedModule {
  readonly #modules: LoadedModules;
  readonly #asked: AskedModule;
  readonly #heldBack: () => HeldBackCounts;

  constructor(modules: LoadedModules, config: Config, heldBack: () => HeldBackCounts) {
    this.#modules = modules;
    const { registry, isUserAdmin } = modules;
    this.#asked = { registry, isUserAdmin, policies: config.mediaBridge.callbacks };
    this.#heldBack = heldBack;
  }

  get name(): string {
    return this.#modules.modules[0]?.name ?? "";
  }

  /** Its file, absolute, where it has one. */
  get file(): string | null {
    return this.#modules.modules[0]?.file ?? null;
  }

  /** The kinds of callbacks that it registers. */
  get callbacks(): KindName[] {
    return (Object.keys(KINDS) as KindName[]).filter((kind) => answers(this.#asked, kind));
  }

  /** Its Python children. */
  get pids(): number[] {
    return (this.#modules.python?.all ?? []).flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
  }

  /** What it was held back from so far. */
  async heldBack(): Promise<HeldBackCounts> {
    return addHeldBack(this.#heldBack(), (await this.#modules.python?.heldBack()) ?? {});
  }

  /** Asks it, each of its callbacks with the configured deadline. Never rejects: a failure is what it said. */
  async ask(asked: Asked): Promise<Timed> {
    try {
      const { said, micros } = await askModule(this.#asked, asked);
      return { said: boundSaid(said), micros };
    } catch (error) {
      return { said: { outcome: "error", error: { message: describeThrown(error) } }, micros: 0 };
    }
  }

  stop(): Promise<void> {
    return this.#modules.stop(0);
  }
}

/** The words of what was thrown, which may be anything: reading it may throw again. */
function describeThrown(error: unknown): string {
  try {
    // The message may be of any type.
    const { message } = error as { readonly message: unknown };
    return String(message).slice(0, MAX_MESSAGE);
  } catch {
    return "it threw something that cannot be read";
  }
}

/**
 * Loads one module so that it changes nothing: its transactions are rolled back, what is not a `GET` and work in the
 * background is held back and counted. `relay` makes its calls of a homeserver that is not asked over HTTP. Rejects with
 * a StartError.
 */
export async function loadFencedModule(
  config: Config,
  entry: ModuleConfig,
  log: Logger,
  relay?: HomeserverRelay,
): Promise<FencedModule> {
  let counts = NOTHING_HELD_BACK;
  const onHeldBack = (what: HeldBack) => {
    counts = addHeldBack(counts, { [what]: 1 });
  };
  const { mediaBridge } = config;
  const python = { ...mediaBridge.python, maxMemoryBytes: mediaBridge.python.maxMemoryBytes ?? MAX_MEMORY_BYTES };
  const alone = {
    ...config,
    modules: [entry],
    storageProviders: [],
    hasOwnModules: true,
    mediaBridge: { ...mediaBridge, python },
  };
  const modules = await loadModulesForDryRun(alone, {
    mayRead: "anywhere",
    onProgress: () => undefined,
    onHeldBack,
    log,
    maxTransactionMs: MAX_TRANSACTION_MS,
    relay,
  });
  return new FencedModule(modules, config, () => counts);
}
