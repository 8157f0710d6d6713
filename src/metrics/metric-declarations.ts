import type { MetricOptions } from "../module-api/metrics-api.ts";

export type MetricKind = "counter" | "gauge" | "histogram";

/** What distinguishes one metric from another, besides its name. */
export interface MetricShape {
  readonly kind: MetricKind;
  readonly options: MetricOptions & { readonly buckets?: readonly number[] };
}

/** Names of the service's own metrics and of its process. */
const TAKEN = /^(?:media_bridge|nodejs|process)_/;
const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/;
const SERIES_OF_HISTOGRAMS = ["_bucket", "_sum", "_count"];

/** The metrics that modules have declared so far, each under names of its own. */
export class MetricDeclarations {
  readonly #shapes = new Map<string, MetricShape>();
  /** Each name on `/metrics`, and the metric that it comes from. */
  readonly #series = new Map<string, string>();

  /**
   * Whether it is new: a metric may be declared again unchanged, by another module too. Throws a TypeError that says
   * what is wrong with it.
   */
  add(shape: MetricShape): boolean {
    const { name } = shape.options;
    checkNames(shape);
    const known = this.#shapes.get(name);
    if (known !== undefined) {
      if (isSameMetric(known, shape)) return false;
      const what = known.kind === shape.kind ? "with other labels or buckets" : `as a ${known.kind}`;
      throw new TypeError(`the metric ${name} exists already, ${what}`);
    }
    const series = seriesOf(shape);
    const clash = series.find((candidate) => this.#series.has(candidate));
    if (clash !== undefined) {
      throw new TypeError(`the metric ${name} would write ${clash}, as the metric ${this.#series.get(clash)} does`);
    }
    for (const written of series) this.#series.set(written, name);
    this.#shapes.set(name, shape);
    return true;
  }
}

/** Whether two declarations of one name mean the same metric; the words of their help texts may differ. */
export function isSameMetric(left: MetricShape, right: MetricShape): boolean {
  return left.kind === right.kind && describe(left) === describe(right);
}

function describe({ options: { labelNames = [], buckets } }: MetricShape): string {
  return JSON.stringify([labelNames.toSorted(), buckets]);
}

function seriesOf({ kind, options: { name } }: MetricShape): string[] {
  return kind === "histogram" ? [name, ...SERIES_OF_HISTOGRAMS.map((ending) => name + ending)] : [name];
}

function checkNames({ kind, options: { name, help, labelNames = [] } }: MetricShape): void {
  if (typeof name !== "string" || !NAME.test(name))
    throw new TypeError(`${JSON.stringify(name)} is not a valid name of a metric`);
  if (TAKEN.test(name)) throw new TypeError(`the metric ${name} has a name of the service's own`);
  if (typeof help !== "string" || help === "") throw new TypeError(`the metric ${name} needs a help text`);
  for (const label of labelNames) {
    if (!LABEL.test(label) || (kind === "histogram" && label === "le")) {
      throw new TypeError(`the metric ${name} has a label ${JSON.stringify(label)}, which is none`);
    }
  }
}
