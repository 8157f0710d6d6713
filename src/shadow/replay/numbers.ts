import { isPlainObject } from "../../util/text/json-text.ts";
import type { Portable } from "../asked.ts";

/** A way to a number within arguments: positions and names of members. */
export type NumberPath = readonly (number | string)[];

/** A number in arguments. */
export interface FoundNumber {
  readonly path: NumberPath;
  readonly value: number;
}

/** Members that are numbers in the form of text. */
const NUMBER_TEXTS: ReadonlySet<string> = new Set(["max_bytes", "time_period_ms"]);
const WHOLE = /^\d{1,15}$/;

/** The whole numbers in arguments, 0 or more: those that a module may compare with a bound. */
export function findNumbers(args: readonly Portable[]): FoundNumber[] {
  return args.flatMap((arg, index) => findIn(arg, [index]));
}

/** The same arguments with another number at a place; what was text stays text. */
export function withNumber(args: readonly Portable[], path: NumberPath, value: number): Portable[] {
  return replace(args, path, value) as Portable[];
}

function findIn(value: Portable, path: NumberPath): FoundNumber[] {
  if (typeof value === "number") return Number.isSafeInteger(value) && value >= 0 ? [{ path, value }] : [];
  if (typeof value === "string") {
    return NUMBER_TEXTS.has(String(path.at(-1))) && WHOLE.test(value) ? [{ path, value: Number(value) }] : [];
  }
  if (!isPlainObject(value)) return [];
  return Object.entries(value).flatMap(([name, member]) => findIn(member, [...path, name]));
}

function replace(value: Portable, [step, ...rest]: NumberPath, number: number): Portable {
  if (step === undefined) return typeof value === "string" ? String(number) : number;
  if (Array.isArray(value)) {
    return value.map((item: Portable, index) => (index === step ? replace(item, rest, number) : item));
  }
  const members = value as { readonly [name: string]: Portable };
  return { ...members, [step]: replace(members[step] ?? null, rest, number) };
}
