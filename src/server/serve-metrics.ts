import type { Config } from "../config/config.ts";
import { StartError } from "../errors.ts";
import { closeServer } from "../http/listener.ts";
import { NO_METRICS, type Metrics } from "../metrics/metrics.ts";
import type { LoadedModules } from "../modules/load.ts";
import type { Logger } from "../util/log.ts";
import type { ShutdownStack } from "./shutdown-stack.ts";

/** Listens for Prometheus where the configuration says so. Rejects with a StartError `LISTEN`. */
export async function startMetrics(config: Config, log: Logger, cleanup: ShutdownStack): Promise<Metrics> {
  const address = config.mediaBridge.metrics;
  if (address === undefined) return NO_METRICS;
  const { createPrometheusMetrics, listenForMetrics } = await import("../metrics/prometheus.ts");
  const { metrics, exposition } = createPrometheusMetrics(log);
  try {
    const server = await listenForMetrics(exposition, address);
    cleanup.add(() => closeServer(server, 0));
  } catch (error) {
    const reason = (error as Error).message;
    throw new StartError(
      "LISTEN",
      `media_bridge.metrics: cannot listen on ${address.host}:${address.port}: ${reason}`,
      { cause: error },
    );
  }
  return metrics;
}

/** Has the metrics tell of the Python children, also of those that a reload brings. */
export function watchPython(metrics: Metrics, current: () => LoadedModules | undefined): void {
  metrics.watchBridge(() => current()?.python?.all ?? []);
  metrics.watchModules(async () => (await current()?.python?.metrics()) ?? []);
}
