/** What a metric is called and how it is told apart. Names and labels as in Prometheus: `my_module_refusals_total`. */
export interface MetricOptions<Label extends string = string> {
  readonly name: string;
  /** One sentence for whoever reads the metrics. */
  readonly help: string;
  readonly labelNames?: readonly Label[];
}

type Labels<Label extends string> = Partial<Record<Label, string | number>>;

/** Only ever grows. */
export interface Counter<Label extends string = string> {
  /** Adds `value`, 1 where not given. */
  inc(labels?: Labels<Label>, value?: number): void;
}

/** Goes up and down. */
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
 * Metrics of a module, on the service's `/metrics`; without `media_bridge.metrics` nobody counts. Asked for twice with one
 * name, it is the same metric, which after a reload counts on. A TypeError is thrown for a name that is the service's own
 * (`media_bridge_`, `nodejs_`, `process_`), and for one that stands for another kind of metric, other labels or other buckets.
 */
export interface MetricsApi {
  counter<Label extends string = never>(options: MetricOptions<Label>): Counter<Label>;
  gauge<Label extends string = never>(options: MetricOptions<Label>): Gauge<Label>;
  /** `buckets`: upper bounds, ascending; Prometheus' own, for seconds, where not given. */
  histogram<Label extends string = never>(
    options: MetricOptions<Label> & { readonly buckets?: readonly number[] },
  ): Histogram<Label>;
}
