import type { Portable, Said } from "../callbacks/asked/asked.ts";

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
