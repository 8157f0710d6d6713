import { matrixError } from "../../../errors.ts";
import { queryText, type Query } from "./query.ts";

/** What an integer of the query may be. */
export interface IntegerOptions {
  /** What holds where the parameter is absent; without it, it is required. */
  readonly default?: number;
  /** The smallest value. Default 0. */
  readonly least?: number;
}

/**
 * An integer of the query. Throws `M_MISSING_PARAM` where it is required and absent, and `M_INVALID_PARAM` where it is
 * no integer or too small.
 */
export function integerOf(query: Query, name: string, options: IntegerOptions = {}): number {
  const { default: otherwise, least = 0 } = options;
  const text = queryText(query, name);
  if (text === undefined) {
    if (otherwise === undefined) throw matrixError("PARAMETER_MISSING", { message: `Missing query parameter ${name}` });
    return otherwise;
  }
  const value = text !== null && /^[+-]?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(value)) throw invalid(name, "must be an integer");
  if (value < least) throw invalid(name, `must be ${least} or more`);
  return value;
}

/** `true` or `false` of the query. Throws `M_INVALID_PARAM` for every other value. */
export function booleanOf(query: Query, name: string, otherwise: boolean): boolean {
  const text = queryText(query, name);
  if (text === undefined) return otherwise;
  if (text !== "true" && text !== "false") throw invalid(name, "must be true or false");
  return text === "true";
}

/** One of several words of the query; undefined where there is none. Throws `M_INVALID_PARAM` for every other value. */
export function choiceOf<Choice extends string>(
  query: Query,
  name: string,
  choices: readonly Choice[],
): Choice | undefined {
  const text = queryText(query, name);
  if (text === undefined) return undefined;
  const choice = choices.find((known) => known === text);
  if (choice === undefined) throw invalid(name, `must be one of ${choices.join(", ")}`);
  return choice;
}

/** A text of the query; undefined where there is none. Throws `M_INVALID_PARAM` where it is not UTF-8. */
export function textOf(query: Query, name: string): string | undefined {
  const text = queryText(query, name);
  if (text === null) throw invalid(name, "must be UTF-8");
  return text;
}

function invalid(name: string, rule: string): Error {
  return matrixError("PARAMETER_INVALID", { message: `Query parameter ${name} ${rule}` });
}
