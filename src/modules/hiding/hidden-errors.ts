import { hideValues } from "./hidden-values.ts";

/** Causes of causes beyond this are left out. */
const MAX_DEPTH = 8;

/**
 * What a module threw, for the log: a copy whose message, stack, causes and joined errors do not contain values of the
 * module's configuration. Of other members only `code` is kept: clients of other services attach whole requests to
 * their errors.
 */
export function hideInThrown(thrown: unknown, config: unknown, depth = 0): unknown {
  if (typeof thrown === "string") return hideValues(thrown, config);
  if (depth > MAX_DEPTH || !(thrown instanceof Error)) return undefined;
  try {
    return copyWithout(thrown, config, depth);
  } catch {
    // Members of an error may be getters that the module defines.
    return new Error("an error that cannot be read");
  }
}

function copyWithout(thrown: Error, config: unknown, depth: number): Error {
  const hideIn = (error: unknown) => hideInThrown(error, config, depth + 1);
  const cause = thrown.cause === undefined ? undefined : hideIn(thrown.cause);
  const options = cause === undefined ? undefined : { cause };
  const message = hideValues(messageOf(thrown), config);
  const copy =
    thrown instanceof AggregateError
      ? new AggregateError(thrown.errors.map(hideIn), message, options)
      : new Error(message, options);
  const code = "code" in thrown && typeof thrown.code === "string" ? hideValues(thrown.code, config) : undefined;
  const stack = hideValues(String(thrown.stack), config);
  for (const [name, value] of Object.entries({ name: hideValues(thrown.name, config), stack, code })) {
    if (value !== undefined) Object.defineProperty(copy, name, { value, configurable: true, writable: true });
  }
  if (code !== undefined) Object.defineProperty(copy, "code", { enumerable: true });
  return copy;
}

/** The message of an error, whatever a module has put there. */
export function messageOf(error: Error): string {
  const { message }: { readonly message: unknown } = error;
  return String(message);
}
