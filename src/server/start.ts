import type { AddressInfo } from "node:net";
import type { Config } from "../config/config.ts";
import { expectFreeAddress } from "../http/listening/free-address.ts";
import type { LoadedModules } from "../modules/load.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { lockDataPath } from "./data-path-lock.ts";
import { ShutdownStack } from "./stop/shutdown-stack.ts";
import { openControl } from "./listeners/serve-control.ts";
import { startModuleLoading } from "./modules/module-loading.ts";
import type { Service } from "./service.ts";
import { loadNativePart } from "../storage/native-part.ts";
import { SYSTEM_CLOCK, type Clock } from "../util/clock.ts";
import type { InheritedSockets } from "../util/sockets/inherited-sockets.ts";
import type { Logger } from "../util/log.ts";

/** A running service. */
export interface RunningService {
  /** Where it listens: a port that the system chose is filled in. */
  readonly address: AddressInfo | string | null;
  /**
   * Reads the configuration again and replaces the running modules, between two requests. Rejects with a StartError,
   * and changes nothing then.
   */
  reload(): Promise<void>;
  /** The files of the running modules and storage providers, where they have one. */
  moduleFiles(): readonly string[];
  /** Why not every module can be asked now, in words; undefined where all can be. */
  problem(): string | undefined;
  /**
   * Admits nothing new, lets what is under way end within the grace period (`media_bridge.shutdown_grace` where it is
   * not given), refuses the rest, then ends everything it started. Resolves to how many requests and uploads had to be
   * cut short.
   */
  stop(graceMs?: number): Promise<number>;
}

export interface StartOptions {
  /** Where a reload gets its configuration from; absent: the one of the start. Throws a StartError. */
  readonly readConfig?: () => Config;
  /** Sockets that listen already, in place of the configured addresses. */
  readonly sockets?: InheritedSockets;
  /**
   * Whether files of TypeScript modules are read anew that another service of this process has read; absent: they are
   * not.
   */
  readonly readsModulesAnew?: boolean;
  /** Hears of each step where a Python environment is made; absent: the log does. */
  readonly onPythonSetup?: (step: string) => void;
  /** What time it is; absent: the machine's clock says it. */
  readonly clock?: Clock;
}

const NO_SOCKETS: InheritedSockets = { service: undefined, metrics: undefined };

/**
 * Starts the service: configuration → parts → application → listening. Rejects with a {@link StartError}, and leaves
 * nothing running then.
 */
export async function startService(
  config: Config,
  log: Logger,
  {
    readConfig = () => config,
    sockets = NO_SOCKETS,
    readsModulesAnew = false,
    clock = SYSTEM_CLOCK,
    onPythonSetup,
  }: StartOptions = {},
): Promise<RunningService> {
  const cleanup = new ShutdownStack();
  let service: Service | undefined;
  const metrics = Promise.withResolvers<Metrics>();
  const reload = async () => service?.reload(readConfig);
  const controlled = { current: () => service?.current(), status: () => service?.status(), reload };
  const stop = async (running: Service, graceMs = running.current().config.mediaBridge.shutdownGraceMs) => {
    await cleanup.run(log, graceMs);
    return running.cut();
  };
  try {
    loadNativePart();
    lockDataPath(config.mediaBridge.dataPath, cleanup);
    await expectFreeAddresses(config, sockets);
    await openControl(config, log, controlled, cleanup);
    const generation = readsModulesAnew ? 1 : 0;
    const loading = startModuleLoading({ config, log, clock, generation, metrics: metrics.promise, onPythonSetup });
    cleanup.add((graceMs) => loading.cleanup.run(log, graceMs));
    await loading.spawned;
    // Imported while Python starts: it is most of the service, and takes as long.
    const { openService } = await import("./service.ts");
    const opened = await openService({ config, log, clock, cleanup, loading, sockets, onMetrics: metrics.resolve });
    service = opened;
    const moduleFiles = () => listFiles(opened.current().modules);
    const problem = () => opened.current().modules.python?.problem;
    return { address: opened.address, reload, moduleFiles, problem, stop: (graceMs) => stop(opened, graceMs) };
  } catch (error) {
    // Modules may be waiting for them, and the clean-up waits for the modules.
    metrics.promise.catch(() => undefined);
    metrics.reject(error);
    await cleanup.run(log);
    throw error;
  }
}

/** Before anything that takes its time, such as making the Python environment. */
async function expectFreeAddresses({ mediaBridge }: Config, sockets: InheritedSockets): Promise<void> {
  const { listen, metrics } = mediaBridge;
  if (sockets.service === undefined) await expectFreeAddress(listen, "media_bridge.listen");
  if (metrics && sockets.metrics === undefined) await expectFreeAddress(metrics, "media_bridge.metrics");
}

function listFiles({ modules, storageProviders }: LoadedModules): string[] {
  return [...modules, ...storageProviders].flatMap(({ file }) => (file === null ? [] : [file]));
}
