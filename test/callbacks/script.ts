import type { KindName } from "../../src/callbacks/kinds.ts";

export type Language = "python" | "typescript";

/** Places in a chain of scripted modules. */
export const INSTANCES = ["first", "second", "third"] as const;
export type Instance = (typeof INSTANCES)[number];

/** What a scripted callback does when it is called for a user; without a step it passes, allows, or finds no spam. */
export interface Step {
  /**
   * What it answers, with forms for what JSON cannot say: `{$: name}` (a value that both modules know by name), `{$int:
   * text}`, `{$float: text}`, `{$limit: {max_bytes, …}}` and, in Python, `{$duck: [max_bytes, time_period_ms]}`.
   */
  readonly answer?: unknown;
  /** An error by name. */
  readonly raise?: string;
  /** Raises a SynapseError, or throws a MatrixError. */
  readonly refuse?: Refusal;
  /** How it answers; a coroutine or promise where nothing is said. */
  readonly how?: "sync" | "async" | "deferred";
  /** Waits until this file is there. */
  readonly until?: string;
  /** Waits for ever. */
  readonly never?: boolean;
  /** Tries to change the limit that it was handed. */
  readonly mutate?: boolean;
}

/** Keywords of a SynapseError. */
export interface Refusal {
  readonly code: number;
  readonly msg: string;
  readonly errcode: string;
  readonly additional_fields?: Record<string, unknown>;
  readonly headers?: Record<string, string>;
}

/** What the modules do for one user. */
export type Script = Partial<Record<Instance, Partial<Record<KindName, Step>>>>;

/** A line that a scripted module wrote. */
export interface TraceLine {
  readonly instance: Instance;
  readonly event: "parsed" | "constructed" | "registered" | "called" | "gave up";
  readonly callback?: KindName;
  readonly user?: string;
  readonly args?: readonly unknown[];
  readonly pid?: number;
  readonly error?: string;
}

/** A limit as a module answers it. */
export function limit(
  maxBytes: number | boolean | object,
  periodMs: number | object = 60_000,
  more: object = {},
): object {
  return { $limit: { max_bytes: maxBytes, time_period_ms: periodMs, ...more } };
}

/** A step of one kind for several instances. */
export function steps(kind: KindName, byInstance: Partial<Record<Instance, Step>>): Script {
  return Object.fromEntries(Object.entries(byInstance).map(([instance, step]) => [instance, { [kind]: step }]));
}

/** Each language of a chain, with the first of its places. */
export function placesOf(
  languages: readonly Language[],
): { readonly language: Language; readonly instance: Instance }[] {
  return INSTANCES.map((instance, index) => ({ instance, language: languages[index] ?? "typescript" })).filter(
    ({ language }, index) => languages.indexOf(language) === index,
  );
}

/** The places of the chain up to an instance, itself included: who is asked where it is the one that stops. */
export function upTo(instance: Instance): Instance[] {
  return INSTANCES.slice(0, INSTANCES.indexOf(instance) + 1);
}
