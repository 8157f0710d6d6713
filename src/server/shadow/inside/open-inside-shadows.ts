import { join } from "node:path";
import { KINDS, type KindName } from "../../../callbacks/kinds.ts";
import type { Config, ModuleConfig } from "../../../config/config.ts";
import { loadConfig } from "../../../config/load-config.ts";
import { StartError } from "../../../errors.ts";
import { limitPageUrl } from "../../../http/routes/limit-page.ts";
import type { HomeserverRelay } from "../../../homeserver/client/relayed-client.ts";
import type { LoadedDecider, OpenShadows, Shadows, ShadowsRequest } from "../../../inside/shadows.ts";
import { NO_METRICS } from "../../../metrics/metrics.ts";
import { ShadowRun } from "../shadow-run.ts";
import { removeLeftFiles } from "./left-files.ts";
import { Relays } from "./relays.ts";
import { RunningShadows } from "./running-shadows.ts";

const WITHOUT =
  "the module decides as without a shadow, and nothing is compared (shadow.required: true makes this end Synapse's start)";

/** The shadows of one configuration, and the Synapse processes that share them. */
interface Shared {
  readonly running: Promise<RunningShadows>;
  readonly relays: Relays;
  users: number;
}

/**
 * Opens the shadows of modules inside Synapses. Processes with one configuration share them, as they share what is
 * compared.
 */
export function shareInsideShadows(): OpenShadows {
  const shared = new Map<string, Shared>();
  return async (request) => {
    const { configPath, relay, filesName } = request;
    const found = shared.get(configPath) ?? begin(request);
    shared.set(configPath, found);
    found.users += 1;
    found.relays.add(relay);
    const leave = async (graceMs: number) => {
      found.relays.remove(relay);
      found.users -= 1;
      const running = await found.running.catch(() => undefined);
      await running?.forget(filesName);
      if (found.users > 0) return;
      if (shared.get(configPath) === found) shared.delete(configPath);
      await running?.close(graceMs);
    };
    try {
      const running = await found.running;
      // A Node that was there before may have been sent files that it never took.
      await running.forget(filesName);
      return ofOneSynapse(running, leave);
    } catch (error) {
      await leave(0);
      throw error;
    }
  };
}

function begin(request: ShadowsRequest): Shared {
  const relays = new Relays();
  return { running: open(request, relays.relay), relays, users: 0 };
}

function ofOneSynapse(running: RunningShadows, leave: (graceMs: number) => Promise<void>): Shadows {
  return {
    hear: (index, question) => running.hear(index, question),
    take: (told) => running.take(told),
    countDropped: (index, kind, count) => running.countDropped(index, kind, count),
    shares: () => running.shares(),
    status: () => running.status(),
    leave,
  };
}

async function open(request: ShadowsRequest, relay: HomeserverRelay): Promise<RunningShadows> {
  const config = readConfig(request.configPath);
  const folder = join(config.mediaBridge.dataPath, "shadow-files");
  await removeLeftFiles(folder);
  const runs = config.modules.flatMap((entry) => createRun(entry, config, { request, relay }));
  const running = new RunningShadows(
    runs.map(({ run }) => run),
    folder,
  );
  try {
    for (const { run, entry } of runs) await begun(run, entry, request);
  } catch (error) {
    await running.close(0);
    throw error;
  }
  return running;
}

/** Packages are found from the working directory, as those of the modules that decide are. */
function readConfig(path: string): Config {
  const { config } = loadConfig([path]);
  const from = process.cwd();
  const found = <T extends ModuleConfig>(entry: T): T => (entry.language === "typescript" ? { ...entry, from } : entry);
  const modules = config.modules.map((entry) => ({
    ...found(entry),
    ...(entry.shadow && { shadow: { ...entry.shadow, candidate: found(entry.shadow.candidate) } }),
  }));
  return { ...config, modules };
}

interface RunParts {
  readonly request: ShadowsRequest;
  readonly relay: HomeserverRelay;
}

function createRun(entry: ModuleConfig, config: Config, { request, relay }: RunParts) {
  const { shadow, ...original } = entry;
  const decider = request.deciders.find(({ index }) => index === entry.index);
  if (shadow === undefined || decider === undefined) return [];
  const run = new ShadowRun({
    config,
    shadow,
    original: { entry: original, name: decider.name, file: decider.file },
    facts: factsOf(config),
    kindsOfOriginal: () => kindsOf(decider),
    relay,
    log: request.log.child({ shadow: decider.name }),
    metrics: NO_METRICS,
  });
  return [{ run, entry }];
}

/** Which modules Synapse asks next is not known: to let the walk continue is unlike every other answer. */
function factsOf({ maxUploadSizeBytes, mediaUploadLimits, publicBaseurl }: Config) {
  const askedNext = Object.keys(KINDS) as KindName[];
  const limitPage = limitPageUrl(publicBaseurl);
  return { maxUploadSizeBytes, mediaUploadLimits, limitPage, askedNext, wordsOfRefusalsAreFixed: true };
}

function kindsOf({ kinds }: LoadedDecider): KindName[] {
  return (Object.keys(KINDS) as KindName[]).filter((kind) => kinds.includes(kind));
}

async function begun(run: ShadowRun, { shadow, index }: ModuleConfig, { waits, log }: ShadowsRequest): Promise<void> {
  const describe = ({ message }: Error) =>
    `modules.${index}.shadow (${shadow === undefined ? "" : nameOf(shadow.candidate)}) cannot be loaded: ${message}`;
  const loading = run.start();
  if (waits && shadow?.required === true) {
    return loading.catch((error: Error) => {
      throw new StartError("MODULE", `${describe(error)} (shadow.required)`, { cause: error });
    });
  }
  loading.catch((error: Error) => {
    if (run.status.state !== "closed") log.warn({}, `${describe(error)}; ${WITHOUT}`);
  });
}

function nameOf(candidate: ModuleConfig): string {
  return candidate.language === "python" ? candidate.module : candidate.specifier;
}
