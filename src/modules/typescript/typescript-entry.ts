import { StartError } from "../../errors.ts";
import { hideInThrown, messageOf } from "../hiding/hidden-errors.ts";
import { hideValues } from "../hiding/hidden-values.ts";

/** A `typescript:` entry of the configuration. */
export interface TypeScriptEntry {
  readonly index: number;
  /** An absolute path, or a package name. */
  readonly specifier: string;
  /** The folder of the file that names it, from where a package is looked up. */
  readonly from: string;
  readonly config: unknown;
  /** The key that names it, where that is not the list of modules. */
  readonly key?: string;
  /** Whether what it decides is only reported. */
  readonly isReportOnly?: boolean;
}

/**
 * What ends a start because of a TypeScript module: which one, and what is wrong with it. The cause, which a log shows
 * whole, is without the values of the module's configuration.
 */
export function moduleError(entry: TypeScriptEntry, problem: string, cause?: unknown): StartError {
  const place = entry.key ?? `module ${entry.index + 1}`;
  return new StartError("MODULE", `${place} (typescript: ${entry.specifier}) ${problem}`, {
    cause: hideInThrown(cause, entry.config),
  });
}

/** What a module threw, in words, with the line of its file, and without values of its configuration. */
export function describeThrown(thrown: unknown, entry: TypeScriptEntry, file: string): string {
  if (!(thrown instanceof Error)) return `threw ${thrown === null ? "null" : typeof thrown}`;
  try {
    const text = hideValues(`${textOf(thrown.name)}: ${messageOf(thrown)}`, entry.config);
    const place = findPlace(textOf(thrown.stack), file);
    return place === undefined || text.includes(place) ? text : `${text} (at ${place})`;
  } catch {
    // Members of an error may be getters that the module defines.
    return "threw an error that cannot be read";
  }
}

/** A member of an error in words, whatever value the module has put there. */
function textOf(member: unknown): string {
  return String(member);
}

/** `file:line`, and the column where it is known, of the innermost frame in the file. */
function findPlace(stack: string, file: string): string | undefined {
  const start = stack.indexOf(`${file}:`);
  return start === -1 ? undefined : /^[^\n]*?:\d+(?::\d+)?/.exec(stack.slice(start))?.[0];
}
