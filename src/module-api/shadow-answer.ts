/** A value as JSON text keeps it: what crosses a thread, a file and a report unchanged. */
export type Portable = null | boolean | number | string | readonly Portable[] | { readonly [name: string]: Portable };

/**
 * What one module said to one question: it let the walk continue, ended it with a value (in the form of the wire), was
 * refused or failed with an error, or gave no verdict.
 */
export type Said =
  | { readonly outcome: "continue" }
  | { readonly outcome: "stop"; readonly value: Portable }
  | { readonly outcome: "error"; readonly error: SaidError }
  | { readonly outcome: "timeout" | "unavailable" | "busy" };

/** An error of a callback. */
export interface SaidError {
  /** Present where the module raised an error that the client gets as it is; `body` is its JSON text. */
  readonly answer?: { readonly status: number; readonly errcode: string; readonly body: string };
  /** For people; may hold what the module chose to say. */
  readonly message: string;
}

/**
 * What the file under `ignore:` of a shadow exports by default: whether two different answers to one question are to
 * count as equal. `callback` is Synapse's name of it, `args` are its arguments in the form of the wire
 * (docs/bridge-protocol.md). It is asked about different answers alone, never about a candidate that failed.
 *
 * @example export default ((callback, _args, original) =>
 *   callback === "get_media_config_for_user" && original.outcome === "continue") satisfies IgnoreDifference;
 */
export type IgnoreDifference = (
  callback: string,
  args: readonly Portable[],
  original: Said,
  candidate: Said,
) => boolean;
