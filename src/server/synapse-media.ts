import type { Config } from "../config/config.ts";
import type { SynapseMedia } from "../upstream/synapse-media.ts";
import type { Cleanup } from "./cleanup.ts";

/** Synapse's list of media, where the configuration gives access to it. */
export function openSynapseMedia(_config: Config, _cleanup: Cleanup): SynapseMedia | undefined {
  return undefined;
}
