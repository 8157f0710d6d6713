import type { Config } from "../../config/config.ts";
import { StartError } from "../../errors.ts";
import { describeListenError } from "../../http/listening/free-address.ts";
import { closeServer } from "../../http/listening/listener.ts";
import { NO_METRICS, type Metrics } from "../../metrics/metrics.ts";
import type { LoadedModules } from "../../modules/load.ts";
import type { ServiceStatus } from "../../status/service-status.ts";
import type { Logger } from "../../util/log.ts";
import type { ShutdownStack } from "../stop/shutdown-stack.ts";

export interface MetricsListenerOptions {
  readonly config: Config;
  readonly log: Logger;
  readonly cleanup: ShutdownStack;
  /** The descriptor of a socket that listens already, in place of the configured address. */
  readonly inherited: number | undefined;
  /** What the status page shows; resolves to undefined while the service is still starting. */
  readonly readStatus: () => Promise<ServiceStatus | undefined>;
}

/**
 * Listens for Prometheus, and for who looks at the status page, where the configuration says so.
 *
 * @throws StartError `LISTEN`
 */
export async function startMetrics(options: MetricsListenerOptions): Promise<Metrics> {
  const { config, log, cleanup, inherited, readStatus } = options;
  const address = config.mediaBridge.metrics;
  if (address === undefined) {
    if (inherited === undefined) return NO_METRICS;
    throw new StartError(
      "LISTEN",
      "systemd passes a socket named metrics, and media_bridge.metrics is not set: set it, or disable the socket unit",
    );
  }
  const { createPrometheusMetrics } = await import("../../metrics/prometheus.ts");
  const { listenForMetrics } = await import("../../metrics/listener.ts");
  const { createStatusHandler } = await import("../../status/page/status-handler.ts");
  const { metrics, exposition } = createPrometheusMetrics(log);
  const { host, port, hosts } = address;
  const pages = createStatusHandler({ read: readStatus, log, boundHost: host, hosts });
  try {
    const server = await listenForMetrics(
      exposition,
      inherited === undefined ? { host, port } : { fd: inherited },
      pages,
    );
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
