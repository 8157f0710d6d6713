import { z } from "zod";
import { DURATION_FORM, parseDuration, parseSize, SIZE_FORM } from "../forms/units.ts";

/** What the reference says of a key: its form, what it is for, and its default where the schema cannot tell it. */
export interface FieldNotes {
  readonly form: string;
  readonly description: string;
  readonly fallback?: string;
}

/** The notes of every key of the schema, by the schema of the key's value. */
export const fieldNotes = z.registry<FieldNotes>();

/** `setTimeout` takes no more: 24.8 days. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Gives a key its place in the reference. Call it last, on what the mapping holds. */
export function field<Schema extends z.ZodType>(schema: Schema, notes: FieldNotes): Schema {
  fieldNotes.add(schema, notes);
  return schema;
}

/** Text, not empty. A message of zod's is the expected form throughout: `issues.ts` makes sentences of them. */
export function text(form: string): z.ZodString {
  return z.string({ error: form }).min(1, { error: form });
}

/** `true` or `false` (in YAML also `yes`, `no`, `on`, `off`). */
export function flag(): z.ZodBoolean {
  return z.boolean({ error: FLAG_FORM });
}
export const FLAG_FORM = "true or false";

/** Whether decisions refuse requests, or are only reported. */
export function enforcement(): z.ZodEnum<{ enforce: "enforce"; report: "report" }> {
  return z.enum(["enforce", "report"], { error: ENFORCEMENT_FORM });
}
export const ENFORCEMENT_FORM = "enforce or report";

/** How many of something there may be. */
export function count(): z.ZodNumber {
  return z.int({ error: COUNT_FORM }).min(0, { error: COUNT_FORM });
}
export const COUNT_FORM = "a whole number, 0 or more";

/** How many of something there may be, where there must be one. */
export function leastOne(): z.ZodNumber {
  return z.int({ error: LEAST_ONE_FORM }).min(1, { error: LEAST_ONE_FORM });
}
export const LEAST_ONE_FORM = "a whole number, 1 or more";

/** A TCP port to bind; 0 lets the system choose one. */
export function port(): z.ZodNumber {
  return z.int({ error: PORT_FORM }).min(0, { error: PORT_FORM }).max(65_535, { error: PORT_FORM });
}
export const PORT_FORM = "a port number from 0 to 65535";

/** A mode of a file, as text: YAML reads `0660` as 432, and `660` as 660. A number once parsed. */
export function fileMode(): z.ZodType<number, string> {
  return z
    .string({ error: FILE_MODE_FORM })
    .regex(/^0?[0-7]{3}$/, { error: FILE_MODE_FORM })
    .transform((digits) => Number.parseInt(digits, 8));
}
export const FILE_MODE_FORM = 'a mode of three octal digits in quotes, such as "0660"';

/** A size in Synapse's notation; bytes once parsed. */
export function size(): z.ZodType<number, string | number | bigint> {
  return units(SIZE_FORM, parseSize);
}

/** A duration in Synapse's notation; milliseconds once parsed. */
export function duration(): z.ZodType<number, string | number | bigint> {
  return units(DURATION_FORM, parseDuration);
}

/** A share of all, such as `12.5%`; from 0 to 1 once parsed. */
export function percentage(): z.ZodType<number, string> {
  return z.string({ error: PERCENTAGE_FORM }).transform((value, context) => {
    const percent = /^\d{1,3}(?:\.\d{1,6})?%$/.test(value) ? Number(value.slice(0, -1)) : Number.NaN;
    if (percent <= 100) return percent / 100;
    context.addIssue({ code: "custom", message: PERCENTAGE_FORM });
    return z.NEVER;
  });
}
export const PERCENTAGE_FORM = "a percentage from 0% to 100%, such as 12.5%";

/** A duration that a timer can wait for: at most 24 days. `least` is in milliseconds. */
export function timerDuration(least = 1): z.ZodType<number, string | number | bigint> {
  const form = `${DURATION_FORM}${least > 0 ? ", more than 0" : ""}, at most 24d`;
  return units(form, (value) => {
    const milliseconds = parseDuration(value);
    return milliseconds !== undefined && milliseconds >= least && milliseconds <= MAX_TIMER_MS
      ? milliseconds
      : undefined;
  });
}

function units(
  form: string,
  parse: (value: string | number | bigint) => number | undefined,
): z.ZodType<number, string | number | bigint> {
  return z.union([z.string(), z.number(), z.bigint()], { error: form }).transform((value, context) => {
    const parsed = parse(value);
    if (parsed !== undefined) return parsed;
    context.addIssue({ code: "custom", message: form });
    return z.NEVER;
  });
}

/** An absolute URL of one of `protocols` (any where none is named) without credentials; normalised once parsed. */
export function url(form: string, protocols: readonly string[] = []): z.ZodType<string, string> {
  return z.string({ error: form }).transform((value, context) => {
    const parsed = URL.canParse(value) ? new URL(value) : undefined;
    const fits = parsed !== undefined && (protocols.length === 0 || protocols.includes(parsed.protocol));
    if (fits && parsed.username === "" && parsed.password === "") return parsed.href;
    context.addIssue({ code: "custom", message: form });
    return z.NEVER;
  });
}

/** A mapping with these keys and no others. */
export function group<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  return z.strictObject(shape, { error: "a mapping" });
}

/** A check that an entry has exactly one of some keys; a mistake says how many it has. */
export function exactlyOne<Key extends string>(keys: readonly Key[], form: string) {
  return (entry: Partial<Record<Key, unknown>>, context: z.RefinementCtx): void => {
    const given = keys.filter((key) => entry[key] !== undefined);
    if (given.length === 1) return;
    const found = given.length === 0 ? "none of them" : given.join(" and ");
    context.addIssue({ code: "custom", message: form, params: { found } });
  };
}
