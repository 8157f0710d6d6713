import { join } from "node:path";
import type { Config } from "../config.ts";

/**
 * The folder that modules are told of as `media_store_path`: a file that they are shown is at its place in there. Where
 * a Synapse keeps the media, that is the folder of uploads in transit, in the layout of Synapse's store.
 */
export function shownMediaStore({ mediaBridge, mediaStorePath }: Config): string {
  return mediaBridge.upstream?.mode === "guard" ? join(mediaBridge.dataPath, "spool") : mediaStorePath;
}
