import type { Config } from "../../config/config.ts";
import type { PendingUploadParts } from "../../media/upload/pending-upload.ts";
import type { Metrics } from "../../metrics/metrics.ts";
import { loadModules, type LoadedModules } from "../../modules/load.ts";
import type { Clock } from "../../util/clock.ts";
import type { Logger } from "../../util/log.ts";
import { WebResources } from "../../web/web-resources.ts";
import { ShutdownStack } from "../stop/shutdown-stack.ts";
import type { ModuleServices } from "./module-services.ts";

/** Modules that are loading, and what they depend on. */
export interface ModuleLoading {
  readonly config: Config;
  readonly resources: WebResources;
  /** Resolves, never rejects, once Python has been spawned, or it is clear that it is not. */
  readonly spawned: Promise<void>;
  /** Takes what uploads need, which uploads by modules wait for; undefined where a Synapse keeps the media. */
  readonly onUploads: (parts: PendingUploadParts | undefined) => void;
  readonly services: Promise<ModuleServices>;
  readonly modules: Promise<LoadedModules>;
  /** Ends the modules and what they depend on. */
  readonly cleanup: ShutdownStack;
}

export interface LoadingOptions {
  readonly config: Config;
  readonly log: Logger;
  readonly clock: Clock;
  /**
   * 0 at start, or 1 where other services of this process may have read the modules' files; every reload counts one up.
   */
  readonly generation: number;
  readonly metrics: Promise<Metrics>;
  /** Hears of each step where a Python environment is made; absent: the log does. */
  readonly onPythonSetup?: ((step: string) => void) | undefined;
}

/**
 * Starts to load the modules of a configuration. Python takes longest, so it is spawned before anything else is even
 * imported. The services that the modules depend on are ready a little later, and code that needs them waits for them.
 */
export function startModuleLoading(options: LoadingOptions): ModuleLoading {
  const { config, log, clock, generation, metrics, onPythonSetup } = options;
  const cleanup = new ShutdownStack();
  // Modules depend on the services until the modules end.
  const beneath = new ShutdownStack();
  cleanup.add((graceMs) => beneath.run(log, graceMs));
  const resources = new WebResources(log);
  const spawned = Promise.withResolvers<void>();
  const uploads = Promise.withResolvers<PendingUploadParts | undefined>();
  const services = spawned.promise
    .then(() => import("./module-services.ts"))
    .then(async ({ openModuleServices }) => openModuleServices(config, log, await metrics, beneath));
  const typescript = services.then((opened) => opened.typescript);
  const countBlocked = async (callback: string, module: string) => (await metrics).callbackBlocked(callback, module);
  let counting: Metrics | undefined;
  metrics.then((opened) => (counting = opened)).catch(() => undefined);
  const modules = loadModules({
    config,
    log,
    clock,
    dryRun: false,
    generation,
    onSpawned: spawned.resolve,
    ...(onPythonSetup && { onProgress: onPythonSetup }),
    requests: {
      homeserver: async (params) => (await services).requests.homeserver(params),
      store_content: async (params) => storeContent(params, await uploads.promise),
      who_is: async (params) => (await services).requests.whoIs(params),
    },
    services: typescript,
    web: { resources, identify: async (request) => (await services).identify(request) },
    onWaited: (seconds) => counting?.waited("python", seconds),
    onBlocked: ({ callback, module }) => void countBlocked(callback, module),
  });
  // The code that waits for them gets a failure.
  for (const waited of [services, typescript]) waited.catch(() => undefined);
  void modules.catch(() => undefined).then(() => spawned.resolve());
  cleanup.add(async (graceMs) => (await modules.catch(() => undefined))?.stop(graceMs));
  return { config, resources, spawned: spawned.promise, onUploads: uploads.resolve, services, modules, cleanup };
}

async function storeContent(params: unknown, parts: PendingUploadParts | undefined): Promise<object> {
  if (parts === undefined) throw new Error("a Synapse keeps the media: this service stores nothing");
  const uploads = await import("./module-uploads.ts");
  return uploads.storeContent(params, parts);
}
