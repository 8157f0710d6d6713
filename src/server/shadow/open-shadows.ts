import { join } from "node:path";
import type { WalkListeners } from "../../callbacks/asked/walk-hearing.ts";
import { type CallbackKinds, KINDS, type KindName } from "../../callbacks/kinds.ts";
import type { CallbackRegistry } from "../../callbacks/slots/registry.ts";
import type { Config, ModuleConfig } from "../../config/config.ts";
import { StartError } from "../../errors.ts";
import { limitPageUrl } from "../../http/routes/limit-page.ts";
import type { Metrics } from "../../metrics/metrics.ts";
import type { LoadedModules } from "../../modules/load.ts";
import type { EffectFacts } from "../../shadow/compare/effect.ts";
import type { ShadowStatus } from "../../shadow/run/shadow-status.ts";
import { isCandidate, originalIndex } from "../../util/candidate-index.ts";
import type { Logger } from "../../util/log.ts";
import { KeptFiles, type SharedLink } from "./kept-files.ts";
import { ShadowRun } from "./shadow-run.ts";

export interface ShadowsOptions {
  readonly config: Config;
  readonly modules: LoadedModules;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** The shadows of a generation. */
export interface Shadows {
  /** What has the chain tell them; nothing where there is no shadow. */
  readonly listeners: WalkListeners;
  /** Removes files that an earlier process kept. */
  clear(): Promise<void>;
  /** Begins to load those that the start did not have to wait for. */
  begin(): void;
  status(): ShadowStatus[];
  /** Nothing is asked any more. Never rejects. */
  close(graceMs: number): Promise<void>;
}

const SPAM = "check_media_file_for_spam";

/**
 * Opens the shadows of the configuration. Those that are required are loaded: rejects with a StartError `MODULE` where
 * one cannot be.
 */
export async function openShadows(options: ShadowsOptions): Promise<Shadows> {
  const { config, modules, log, metrics } = options;
  const kept = new KeptFiles(join(config.mediaBridge.dataPath, "shadow-files"));
  const runs = config.modules.flatMap((entry) => createRun(entry, options));
  const byIndex = new Map(runs.map(({ run }) => [run.index, run]));
  const close = async (graceMs: number) => {
    await Promise.all(runs.map(({ run }) => run.close(graceMs)));
  };
  await requireAll(runs, close);
  if (runs.length > 0) metrics.watchShadows(() => runs.map(({ run }) => run.status));
  return {
    // A recording draws its questions by itself: then all walks are heard.
    listeners:
      runs.length === 0 ? {} : listen(byIndex, modules.registry, kept, config.mediaBridge.record === undefined),
    clear: () => kept.clear(),
    begin() {
      for (const { run, entry } of runs) {
        if (entry.shadow?.required === true) continue;
        run.start().catch((error: Error) => {
          if (run.status.state !== "closed") log.warn({}, `${describe(entry, error)}; ${WITHOUT}`);
        });
      }
    },
    status: () => runs.map(({ run }) => run.status),
    close,
  };
}

const WITHOUT =
  "the module decides as without a shadow, and nothing is compared (shadow.required: true makes this end a start)";

interface OpenRun {
  readonly run: ShadowRun;
  readonly entry: ModuleConfig;
}

function createRun(entry: ModuleConfig, { config, modules, log, metrics }: ShadowsOptions): OpenRun[] {
  // Enforced or not, it is asked the same; here that decides nothing.
  const { shadow, isReportOnly: _, ...original } = entry;
  const loaded = modules.modules.find(({ index }) => index === entry.index);
  if (shadow === undefined || loaded === undefined) return [];
  const kindsOfOriginal = () => kindsOf(entry.index, modules.registry);
  metrics.shadowConfigured(loaded.name, kindsOfOriginal());
  const run = new ShadowRun({
    config,
    shadow,
    original: { entry: original, name: loaded.name, file: loaded.file },
    facts: factsOf(config, entry.index, modules.registry),
    kindsOfOriginal,
    log: log.child({ shadow: loaded.name }),
    metrics,
  });
  return [{ run, entry }];
}

async function requireAll(runs: readonly OpenRun[], close: (graceMs: number) => Promise<void>): Promise<void> {
  try {
    for (const { run, entry } of runs) {
      if (entry.shadow?.required !== true) continue;
      await run.start().catch((error: Error) => {
        throw new StartError("MODULE", `${describe(entry, error)} (shadow.required)`, { cause: error });
      });
    }
  } catch (error) {
    await close(0);
    throw error;
  }
}

function describe({ shadow, index }: ModuleConfig, { message }: Error): string {
  return `${shadow?.candidate.key ?? `the shadow of module ${index + 1}`} cannot be loaded: ${message}`;
}

/** What follows from what the module says, whose place is `index`. */
function factsOf(config: Config, index: number, registry: CallbackRegistry): EffectFacts {
  const { maxUploadSizeBytes, mediaUploadLimits, publicBaseurl } = config;
  const askedNext = (Object.keys(KINDS) as KindName[]).filter((kind) =>
    registry.slots(kind).some(({ module }) => originalIndex(module.index) > index),
  );
  return { maxUploadSizeBytes, mediaUploadLimits, limitPage: limitPageUrl(publicBaseurl), askedNext };
}

function kindsOf(index: number, registry: CallbackRegistry): KindName[] {
  return (Object.keys(KINDS) as KindName[]).filter((kind) =>
    registry.slots(kind).some(({ module }) => module.index === index),
  );
}

function listen(
  runs: ReadonlyMap<number, ShadowRun>,
  registry: CallbackRegistry,
  kept: KeptFiles,
  drawsWalks: boolean,
): WalkListeners {
  /** The share of the walks that are heard: each shadow takes its share of these. */
  const heardPart = () => {
    let part = drawsWalks ? 0 : 1;
    for (const { share } of runs.values()) part = Math.max(part, share);
    return part;
  };
  /** By path: a file is asked about by one walk at a time. */
  const links = new Map<string, { readonly link: SharedLink; readonly part: number }>();
  return {
    onAnswered({ index }, answered) {
      const run = runs.get(originalIndex(index));
      if (run === undefined) return;
      const decider = isCandidate(index) ? "candidate" : "original";
      if (answered.asked.kind !== SPAM) return run.offer(answered, decider, undefined, heardPart());
      const [path] = answered.asked.args;
      const file = typeof path === "string" ? links.get(path) : undefined;
      if (file !== undefined) run.offer(answered, decider, file.link.hold(), file.part);
    },
    mayHear: (kind) => kind === SPAM || Math.random() < heardPart(),
    onAsking({ kind, args }) {
      if (kind !== SPAM) return undefined;
      const asked = registry.slots(SPAM).flatMap(({ module }) => runs.get(originalIndex(module.index)) ?? []);
      const part = Math.max(0, ...asked.map(({ share }) => share));
      if (Math.random() >= part) return undefined;
      const [path, info] = args as CallbackKinds[typeof SPAM]["args"];
      return kept.keep(path, info).then((link) => {
        links.set(path, { link, part });
        return () => {
          links.delete(path);
          link.release();
        };
      });
    },
  };
}
