/** The name of a metric and its labels, as in Prometheus: `my_module_refusals_total`. */
export interface MetricOptions<Label extends string = string> {
  readonly name: string;
  /** One sentence that explains the metric to its readers. */
  readonly help: string;
  readonly labelNames?: readonly Label[];
}

type Labels<Label extends string> = Partial<Record<Label, string | number>>;

/** A number that only grows. */
export interface Counter<Label extends string = string> {
  /** Adds `value`, 1 where not given. */
  inc(labels?: Labels<Label>, value?: number): void;
}

/** A number that rises and falls. */
export interface Gauge<Label extends string = string> {
  set(labels: Labels<Label>, value: number): void;
  /** Adds `value`, 1 where not given. */
  inc(labels?: Labels<Label>, value?: number): void;
  /** Takes `value` away, 1 where not given. */
  dec(labels?: Labels<Label>, value?: number): void;
}

/** Counts values by size. */
export interface Histogram<Label extends string = string> {
  observe(labels: Labels<Label>, value: number): void;
}

/**
 * Metrics of a module, on the service's `/metrics`; without `media_bridge.metrics` the service does not count. Two
 * calls with one name return the same metric, which keeps its count after a reload. Throws a TypeError for a name of
 * the service's own (`media_bridge_`, `nodejs_`, `process_`), and for the name of a metric of another kind, with other
 * labels or other buckets.
 */
export interface MetricsApi {
  counter<Label extends string = never>(options: MetricOptions<Label>): Counter<Label>;
  gauge<Label extends string = never>(options: MetricOptions<Label>): Gauge<Label>;
  /** `buckets`: upper bounds, ascending; Prometheus' own, for seconds, where not given. */
  histogram<Label extends string = never>(
    options: MetricOptions<Label> & { readonly buckets?: readonly number[] },
  ): Histogram<Label>;
}
