/**
 * The service inside a program or a test: what `synapse-media-bridge/service` exports. It never ends the process,
 * handles no signals and prints nothing.
 */
import type { AddressInfo } from "node:net";
import { loadConfig } from "./config/load-config.ts";
import type { LoadedConfig } from "./config/config.ts";
import { StartError } from "./errors.ts";
import { startService as startByConfig, type RunningService } from "./server/start.ts";
import { SYSTEM_CLOCK, type Clock } from "./util/clock.ts";
import type { Logger } from "./util/log.ts";

export { StartError } from "./errors.ts";
export type { Clock } from "./util/clock.ts";
export type { Logger } from "./util/log.ts";

/** What a service is started with. */
export interface ServiceOptions {
  /**
   * YAML files, or folders of `*.yaml`, as after `--config`: a later one replaces top-level keys of those before it.
   */
  readonly config: string | readonly string[];
  /** Gets every line of the service and its modules, in pino's call form: a pino logger will do. */
  readonly log: Logger;
  /**
   * What time it is: for tests, a `TestClock` of `synapse-media-bridge/testing`. The machine's clock says it where this
   * is absent.
   */
  readonly clock?: Clock;
}

/** Where a service listens. */
export type ServiceAddress = { readonly host: string; readonly port: number } | { readonly path: string };

/** A service that serves. */
export interface Service extends AsyncDisposable {
  /** A port that the system chose is filled in. */
  readonly address: ServiceAddress;
  /** The base URL of its address, without a slash at its end; undefined for a Unix socket. */
  readonly url: string | undefined;
  /** Whether every module can be asked now: what `GET /health` says. False once it is stopping. */
  isReady(): boolean;
  /**
   * Reads the configuration again, and swaps it and its modules in between two requests. Rejects with a {@link
   * StartError} and changes nothing where something is wrong with them.
   */
  reload(): Promise<void>;
  /**
   * Takes in nothing new, lets what is under way end within `graceMs` (the configuration's `shutdown_grace` where it is
   * absent), and ends everything that it started. Resolves to how many requests were cut short, also where it was
   * called before.
   */
  stop(graceMs?: number): Promise<number>;
}

/**
 * The data paths of services in this process: the control socket holds them against other processes, where it can be
 * made.
 */
const dataPaths = new Set<string>();
let started = 0;

/**
 * Starts a service in this process, and resolves once it serves. Several may run at a time, each with a
 * `media_bridge.data_path` of its own.
 *
 * @throws {StartError} with the message that the command line would print; nothing is left running then.
 *
 * @example const service = await startService({ config: "media-bridge.yaml", log: pino() }); process.once("SIGTERM", ()
 * => void service.stop());
 */
export async function startService({ config, log, clock = SYSTEM_CLOCK }: ServiceOptions): Promise<Service> {
  const paths = typeof config === "string" ? [config] : config;
  const read = () => readConfig(paths, log);
  const first = read();
  const { dataPath } = first.config.mediaBridge;
  if (dataPaths.has(dataPath)) throw refuseDataPath(dataPath);
  dataPaths.add(dataPath);
  const release = () => void dataPaths.delete(dataPath);
  try {
    started += 1;
    const running = await startByConfig(first.config, log, {
      readConfig: () => read().config,
      readsModulesAnew: started > 1,
      clock,
    });
    return toService(running, release);
  } catch (error) {
    release();
    throw error;
  }
}

function readConfig(paths: readonly string[], log: Logger): LoadedConfig {
  const loaded = loadConfig(paths);
  for (const warning of loaded.warnings) log.warn({}, warning);
  return loaded;
}

function toService(running: RunningService, release: () => void): Service {
  const address = toAddress(running.address);
  let stopping: Promise<number> | undefined;
  const stop = (graceMs?: number) => (stopping ??= running.stop(graceMs).finally(release));
  return {
    address,
    url: "path" in address ? undefined : toUrl(address),
    isReady: () => stopping === undefined && running.problem() === undefined,
    reload: () => running.reload(),
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
    },
  };
}

function toAddress(address: AddressInfo | string | null): ServiceAddress {
  if (address === null) throw new TypeError("a service that listens has no address");
  return typeof address === "string" ? { path: address } : { host: address.address, port: address.port };
}

function toUrl({ host, port }: { readonly host: string; readonly port: number }): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function refuseDataPath(dataPath: string): StartError {
  return new StartError(
    "LISTEN",
    `${dataPath} belongs to a service that runs in this process: each needs a media_bridge.data_path of its own`,
  );
}
