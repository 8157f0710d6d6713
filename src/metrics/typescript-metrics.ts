import * as prometheus from "prom-client";
import { isSameMetric, MetricDeclarations, type MetricShape } from "./metric-declarations.ts";
import type { Counter, Gauge, Histogram, MetricsApi } from "../module-api/metrics-api.ts";
import type { DeclaredMetrics } from "./declared-metrics.ts";

/** Metrics of one generation of modules. */
interface Shown {
  readonly registry: prometheus.Registry;
  readonly metrics: Map<string, { readonly shape: MetricShape; readonly metric: prometheus.Metric }>;
}

/** The metric of a shape: the existing one, or what `create` makes. */
type Find = <M extends prometheus.Metric>(shape: MetricShape, create: (labelNames: string[]) => M) => M;

/** Metrics are in the registries of their generations, and not in prom-client's own. */
const registers: prometheus.Registry[] = [];

/**
 * Metrics of TypeScript modules. Each generation declares its own, and those of one generation are shown. What the next
 * generation declares unchanged continues to count.
 */
export class TypeScriptMetrics {
  #shown: Shown = { registry: new prometheus.Registry(), metrics: new Map() };

  open(): DeclaredMetrics {
    const declarations = new MetricDeclarations();
    const mine: Shown = { registry: new prometheus.Registry(), metrics: new Map() };
    const find: Find = <M extends prometheus.Metric>(shape: MetricShape, create: (labelNames: string[]) => M): M => {
      const { name, labelNames = [] } = shape.options;
      if (!declarations.add(shape)) return mine.metrics.get(name)?.metric as M;
      const former = this.#shown.metrics.get(name);
      const isKept = former !== undefined && isSameMetric(former.shape, shape);
      const metric = isKept ? (former.metric as M) : create([...labelNames]);
      mine.registry.registerMetric(metric);
      mine.metrics.set(name, { shape, metric });
      return metric;
    };
    return { api: createApi(find), show: () => (this.#shown = mine) };
  }

  /** In Prometheus' text format; empty where there are none. */
  render(): Promise<string> {
    return this.#shown.registry.metrics();
  }
}

/**
 * Modules get no objects of prom-client: these have more members, and methods that return what a callback should not
 * get.
 */
function createApi(find: Find): MetricsApi {
  return {
    counter(options): Counter {
      const metric = find(
        { kind: "counter", options },
        (labelNames) => new prometheus.Counter({ ...options, labelNames, registers }),
      );
      return {
        inc: (labels = {}, value = 1) => {
          metric.inc(labels, value);
        },
      };
    },
    gauge(options): Gauge {
      const metric = find(
        { kind: "gauge", options },
        (labelNames) => new prometheus.Gauge({ ...options, labelNames, registers }),
      );
      return {
        set: (labels, value) => {
          metric.set(labels, value);
        },
        inc: (labels = {}, value = 1) => {
          metric.inc(labels, value);
        },
        dec: (labels = {}, value = 1) => {
          metric.dec(labels, value);
        },
      };
    },
    histogram({ buckets, ...options }): Histogram {
      const bounds = buckets && { buckets: [...buckets] };
      const metric = find(
        { kind: "histogram", options: { ...options, ...bounds } },
        (labelNames) => new prometheus.Histogram({ ...options, labelNames, registers, ...bounds }),
      );
      return {
        observe: (labels, value) => {
          metric.observe(labels, value);
        },
      };
    },
  };
}
