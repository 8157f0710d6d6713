import { Counter, Gauge, Histogram, type Metric, type Registry } from "prom-client";
import type { MetricOptions, MetricsApi } from "./metrics-api.ts";

/** Names of the service's own metrics and of its process. */
const TAKEN = /^(?:media_bridge|nodejs|process)_/;

/** Metrics of TypeScript modules, in the service's registry. */
export function createMetricsApi(registry: Registry): MetricsApi {
  const find = <M extends Metric>(
    kind: new (configuration: never) => M,
    { name, labelNames = [] }: MetricOptions,
    create: (names: string[]) => M,
  ): M => {
    if (TAKEN.test(name)) throw new TypeError(`the metric ${name} has a name of the service's own`);
    const known = registry.getSingleMetric(name);
    if (known === undefined) return create([...labelNames]);
    if (known instanceof kind) return known;
    throw new TypeError(`the metric ${name} exists already, as another kind of metric`);
  };
  const registers = [registry];
  return {
    counter: (options) => find(Counter, options, (labelNames) => new Counter({ ...options, labelNames, registers })),
    gauge: (options) => find(Gauge, options, (labelNames) => new Gauge({ ...options, labelNames, registers })),
    histogram: ({ buckets, ...options }) =>
      find(
        Histogram,
        options,
        (labelNames) => new Histogram({ ...options, labelNames, registers, ...(buckets && { buckets: [...buckets] }) }),
      ),
  };
}
