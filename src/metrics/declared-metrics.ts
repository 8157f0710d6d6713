import type { MetricOptions, MetricsApi } from "../module-api/metrics-api.ts";
import { MetricDeclarations, type MetricKind } from "./metric-declarations.ts";

/** What the TypeScript modules of one generation declare. */
export interface DeclaredMetrics {
  readonly api: MetricsApi;
  /** Puts them on `/metrics`, in place of those of the previous generation. */
  readonly show: () => void;
}

const ignore = () => undefined;

/** Counts nothing, but refuses what would be refused where it is counted. */
export function declareUncounted(): DeclaredMetrics {
  const declarations = new MetricDeclarations();
  const declare =
    <Metric>(kind: MetricKind, metric: Metric) =>
    (options: MetricOptions): Metric => {
      declarations.add({ kind, options });
      return metric;
    };
  return {
    api: {
      counter: declare("counter", { inc: ignore }),
      gauge: declare("gauge", { set: ignore, inc: ignore, dec: ignore }),
      histogram: declare("histogram", { observe: ignore }),
    },
    show: ignore,
  };
}
