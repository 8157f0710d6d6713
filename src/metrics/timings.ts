import type { Metric, Registry } from "prom-client";

export interface TimingsOptions<Label extends string> {
  readonly name: string;
  readonly help: string;
  readonly label: Label;
  /** Upper bounds in seconds, ascending. */
  readonly buckets: readonly number[];
  readonly registry: Registry;
}

/**
 * A histogram of durations with one label, for what every request passes: prom-client makes a key of the labels with
 * each observation, which would cost a small request some percent.
 */
export class Timings<Label extends string> {
  readonly #options: TimingsOptions<Label>;
  readonly #series = new Map<string, TimingSeries>();

  constructor(options: TimingsOptions<Label>) {
    this.#options = options;
    const { name, help } = options;
    const get = async () => ({ name, help, type: "histogram", aggregator: "sum", values: this.#values() });
    options.registry.registerMetric({ name, help, get, reset: () => undefined } as unknown as Metric);
  }

  /** The durations with one value of the label, at 0 where it is new. */
  of(value: string): TimingSeries {
    let series = this.#series.get(value);
    if (series === undefined) this.#series.set(value, (series = new TimingSeries(this.#options.buckets)));
    return series;
  }

  #values(): object[] {
    const { name, label } = this.#options;
    return [...this.#series].flatMap(([value, series]) => {
      const labels = { [label]: value };
      const buckets = series.cumulate().map(([le, count]) => {
        return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: count };
      });
      return [
        ...buckets,
        { metricName: `${name}_sum`, labels, value: series.sumSeconds },
        { metricName: `${name}_count`, labels, value: series.count },
      ];
    });
  }
}

/** Durations of one kind, as plain numbers. */
export class TimingSeries {
  count = 0;
  sumSeconds = 0;
  readonly #bounds: readonly number[];
  readonly #counts: number[];

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = bounds.map(() => 0);
  }

  observe(seconds: number): void {
    this.count += 1;
    this.sumSeconds += seconds;
    const bounds = this.#bounds;
    // Most are in one of the first.
    for (let index = 0; index < bounds.length; index += 1) {
      if (seconds > (bounds[index] ?? 0)) continue;
      this.#counts[index] = (this.#counts[index] ?? 0) + 1;
      return;
    }
  }

  /** How many took at most this long, for each bound and without one. */
  cumulate(): [bound: string, count: number][] {
    let sum = 0;
    const below = this.#bounds.map((bound, index): [string, number] => {
      sum += this.#counts[index] ?? 0;
      return [String(bound), sum];
    });
    return [...below, ["+Inf", this.count]];
  }
}
