import type { Config } from "../config/config.ts";
import { StartError } from "../errors.ts";
import { describeListenError } from "../http/free-address.ts";
import { closeServer } from "../http/listener.ts";
import { NO_METRICS, type Metrics } from "../metrics/metrics.ts";
import type { LoadedModules } from "../modules/load.ts";
import type { Logger } from "../util/log.ts";
import type { ShutdownStack } from "./shutdown-stack.ts";

/**
 * Listens for Prometheus where the configuration says so.
 *
 * @param inherited the descriptor of a socket that listens already, in place of the configured address
 * @throws StartError `LISTEN`
 */
export async function startMetrics(
  config: Config,
  log: Logger,
  cleanup: ShutdownStack,
  inherited?: number,
): Promise<Metrics> {
  const address = config.mediaBridge.metrics;
  if (address === undefined) {
    if (inherited === undefined) return NO_METRICS;
    throw new StartError(
      "LISTEN",
      "systemd passes a socket named metrics, and media_bridge.metrics is not set: set it, or disable the socket unit",
    );
  }
  const { createPrometheusMetrics, listenForMetrics } = await import("../metrics/prometheus.ts");
  const { metrics, exposition } = createPrometheusMetrics(log);
  try {
    const server = await listenForMetrics(exposition, inherited === undefined ? address : { fd: inherited });
    cleanup.add(() => closeServer(server, 0));
  } catch (error) {
    throw describeListenError(error as NodeJS.ErrnoException, address, "media_bridge.metrics");
  }
  return metrics;
}

/** Makes the metrics report the Python children, including those of later reloads. */
export function watchPython(metrics: Metrics, current: () => LoadedModules | undefined): void {
  metrics.watchBridge(() => current()?.python?.all ?? []);
  metrics.watchModules(async () => (await current()?.python?.metrics()) ?? []);
}
