import type { AddressInfo } from "node:net";
import type { Config } from "../config/config.ts";
import { StartError } from "../errors.ts";
import { describeDifference } from "../http/listening/address-difference.ts";
import { ConnectionDrain } from "../http/draining/connection-drain.ts";
import type { BindAddress } from "../http/listening/free-address.ts";
import { createHttpServer, listen } from "../http/listening/listener.ts";
import { countTraffic } from "../http/traffic.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { Clock } from "../util/clock.ts";
import type { InheritedSockets } from "../util/sockets/inherited-sockets.ts";
import type { Logger } from "../util/log.ts";
import type { ShutdownStack } from "./stop/shutdown-stack.ts";
import { endServing } from "./stop/graceful-shutdown.ts";
import { assembleGeneration, type Generation } from "./generation.ts";
import { openProcessState, type ProcessState } from "./process-state.ts";
import { keepPlaces } from "./reload/reserve-late-slots.ts";
import { startModuleLoading, type ModuleLoading } from "./modules/module-loading.ts";
import { startMetrics, watchPython } from "./listeners/serve-metrics.ts";
import { StatusReader } from "./status/status-reader.ts";
import { countUploads } from "../status/upload-counts.ts";
import type { ServiceStatus } from "../status/service-status.ts";
import { within } from "../util/concurrency/with-timeout.ts";
import { findRestartOnlyChanges } from "./reload/restart-only-settings.ts";

export interface ServiceOptions {
  readonly config: Config;
  readonly log: Logger;
  readonly clock: Clock;
  readonly cleanup: ShutdownStack;
  readonly loading: ModuleLoading;
  readonly sockets: InheritedSockets;
  /** Takes the metrics, which modules wait for. */
  readonly onMetrics: (metrics: Metrics) => void;
}

/** A service that serves. */
export interface Service {
  readonly address: AddressInfo | string | null;
  current(): Generation;
  /**
   * Replaces the running configuration and modules with new ones, between two requests. The old ones finish their
   * requests and are then ended. Rejects with a {@link StartError}, and changes nothing then.
   */
  reload(readConfig: () => Config): Promise<void>;
  /** How it is doing. */
  status(): Promise<ServiceStatus>;
  /** The number of requests and uploads that its end had to cut short. */
  cut(): number;
}

/** How long the work of a replaced generation besides requests may take. */
const RETIRING_MS = 600_000;

/** Opens everything but the modules, which are being loaded, and listens. Rejects with a StartError. */
export async function openService(options: ServiceOptions): Promise<Service> {
  const { config, log, clock, cleanup, loading, sockets, onMetrics } = options;
  let reader: StatusReader | undefined;
  const readStatus = async () => reader?.read();
  const listener = { config, log, cleanup, inherited: sockets.metrics, readStatus };
  const { metrics, counts: uploads } = countUploads(await startMetrics(listener));
  onMetrics(metrics);
  const state = await openProcessState({ config, log, clock, metrics, cleanup });
  const generations = new Generations(await assembleGeneration(loading, state, log), state, log);
  const status = new StatusReader({ state, uploads, generations });
  watchPython(metrics, () => generations.current.modules);
  const server = createHttpServer(() => generations.current);
  metrics.watchTraffic(countTraffic(server));
  const inherited = sockets.service;
  const drain = inherited === undefined ? undefined : new ConnectionDrain(server);
  let cut = 0;
  cleanup.add(async (graceMs) => {
    state.waits.close();
    const { stopping } = state;
    cut = await endServing({ server, drain, stopping, generations, log }, graceMs);
  });
  const { listen: configured } = config.mediaBridge;
  await listen(server, inherited === undefined ? configured : { descriptor: inherited });
  if (inherited !== undefined) await reportOtherAddress(server.address(), configured, log);
  await state.recover();
  await generations.current.clearLeftovers();
  await generations.current.begin();
  reader = status;
  return {
    // Node does not know the name of a Unix socket that it has inherited.
    address: server.address() ?? ("path" in configured ? configured.path : null),
    current: () => generations.current,
    reload: (readConfig) => generations.replace(readConfig),
    status: () => status.read(),
    cut: () => cut,
  };
}

/** Tells an operator who changes the one that the other holds. */
async function reportOtherAddress(
  actual: AddressInfo | string | null,
  configured: BindAddress,
  log: Logger,
): Promise<void> {
  const difference = await describeDifference(actual, configured);
  if (difference === undefined) return;
  const { actual: listensOn, configured: named } = difference;
  log.info(
    difference,
    `systemd passes a socket on ${listensOn}, and media_bridge.listen names ${named}: the socket unit's address is used; change ` +
      "the one or the other so that they agree",
  );
}

/** The generation that serves, and those that finish their last requests. */
class Generations {
  current: Generation;
  readonly #state: ProcessState;
  readonly #log: Logger;
  readonly #retiring = new Map<Generation, Promise<void>>();
  #number = 0;
  #turn: Promise<unknown> = Promise.resolve();
  #isEnding = false;

  constructor(first: Generation, state: ProcessState, log: Logger) {
    this.current = first;
    first.takeOver();
    this.#state = state;
    this.#log = log;
  }

  /** All generations that have something to do. */
  all(): Generation[] {
    return [this.current, ...this.#retiring.keys()];
  }

  /** One at a time, in the order of the calls. */
  replace(readConfig: () => Config): Promise<void> {
    const done = this.#turn.then(() => this.#replaceNow(readConfig));
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async end(graceMs: number): Promise<void> {
    this.#isEnding = true;
    const untilMs = performance.now() + graceMs;
    // A reload under way has as long as everything else; a later one ends what it has loaded by itself.
    await within(this.#turn, graceMs);
    await Promise.all(this.all().map((generation) => generation.cleanup.run(this.#log, graceMs)));
    // A generation that was already ending by itself only lacks the rest of its end.
    await within(Promise.all(this.#retiring.values()), Math.max(0, untilMs - performance.now()));
  }

  async #replaceNow(readConfig: () => Config): Promise<void> {
    this.#expectToGoOn();
    const config = readConfig();
    const fixed = findRestartOnlyChanges(this.current.config, config);
    if (fixed.length > 0) {
      throw new StartError("CONFIG", `${fixed.join(", ")}: changed, which needs a restart of the service`);
    }
    this.#number += 1;
    const next = await this.#build(config);
    const former = this.current;
    keepPlaces(former, next, this.#log);
    this.current = next;
    next.takeOver();
    void former.shadows.close(RETIRING_MS);
    void former.jobs?.stop(RETIRING_MS);
    this.#log.info({ generation: this.#number }, "reloaded: the new configuration and its modules now serve requests");
    this.#retiring.set(former, this.#retire(former));
  }

  async #build(config: Config): Promise<Generation> {
    const log = this.#log;
    const state = this.#state;
    const generation = this.#number;
    const loading = startModuleLoading({
      config,
      log,
      clock: state.clock,
      generation,
      metrics: Promise.resolve(state.metrics),
    });
    try {
      const next = await assembleGeneration(loading, state, log);
      // A stop may have begun meanwhile, and not have waited: what is loaded is ended then, and never begins.
      this.#expectToGoOn();
      await next.begin();
      this.#expectToGoOn();
      return next;
    } catch (error) {
      await loading.cleanup.run(log);
      throw error instanceof StartError ? error : new StartError("MODULE", (error as Error).message, { cause: error });
    }
  }

  /** Throws once the service stops. */
  #expectToGoOn(): void {
    if (this.#isEnding) throw new StartError("CONFIG", "the service is stopping");
  }

  async #retire(former: Generation): Promise<void> {
    await former.drained();
    if (!this.#isEnding) await former.cleanup.run(this.#log, RETIRING_MS);
    // The current generation stores what its uploads left to be stored.
    this.current.wakeStores();
    this.#retiring.delete(former);
    this.#log.info({}, "the modules that the reload replaced have ended");
  }
}
