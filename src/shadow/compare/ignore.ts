import { importModule, type ImportOptions } from "../../modules/typescript/typescript-import.ts";
import { moduleError, type TypeScriptEntry } from "../../modules/typescript/typescript-entry.ts";
import type { IgnoreDifference } from "../../module-api/ignore-difference.ts";
import type { Portable, Said } from "../asked.ts";

export type { IgnoreDifference } from "../../module-api/ignore-difference.ts";

/** Where the file under `ignore:` is named: `specifier` is its absolute path, `key` such as `modules[0].shadow.ignore`. */
export type IgnoreFile = Required<Pick<TypeScriptEntry, "specifier" | "from" | "key">> & Pick<TypeScriptEntry, "index">;

/** What was different, in the form in which `ignore` is asked. */
export interface Difference {
  readonly callback: string;
  readonly args: readonly Portable[];
  readonly original: Said;
  readonly candidate: Said;
}

/**
 * Imports the file under `ignore:` of a shadow, TypeScript or JavaScript. Rejects with a StartError that names the key
 * where the file cannot be imported or does not export a function by default.
 */
export async function loadIgnore(file: IgnoreFile, options: ImportOptions): Promise<IgnoreDifference> {
  const entry: TypeScriptEntry = { ...file, config: undefined };
  const { exports } = await importModule(entry, options);
  const found: unknown = (exports as { readonly default?: unknown }).default;
  if (typeof found !== "function") {
    throw moduleError(
      entry,
      "has no function as its default export: export default (callback, args, original, candidate) => false",
    );
  }
  return found as IgnoreDifference;
}

/**
 * Asks an `ignore` about differences. Where it throws, or answers something else than true or false, it ignores
 * nothing: the first time is reported, and every time is counted.
 */
export class IgnoreRule {
  #failures = 0;
  readonly #ignore: IgnoreDifference | undefined;
  readonly #report: (message: string) => void;

  constructor(ignore: IgnoreDifference | undefined, report: (message: string) => void) {
    this.#ignore = ignore;
    this.#report = report;
  }

  /** How often it failed. */
  get failures(): number {
    return this.#failures;
  }

  /** Whether the difference does not matter. Never throws. */
  ignores({ callback, args, original, candidate }: Difference): boolean {
    if (this.#ignore === undefined) return false;
    try {
      const answer: unknown = this.#ignore(callback, args, original, candidate);
      if (typeof answer === "boolean") return answer;
      const type = answer === null ? "null" : typeof answer;
      this.#fail(callback, `it answered ${type} where true or false is due`);
    } catch (error) {
      this.#fail(callback, describe(error));
    }
    return false;
  }

  #fail(callback: string, problem: string): void {
    this.#failures += 1;
    if (this.#failures > 1) return;
    this.#report(`ignore cannot judge a difference of ${callback}, which counts as one: ${problem}`);
  }
}

function describe(error: unknown): string {
  try {
    return error instanceof Error ? `${error.name}: ${error.message}` : `it threw ${typeof error}`;
  } catch {
    return "it threw an error that cannot be read";
  }
}
