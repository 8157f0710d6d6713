import { join } from "node:path";
import type { Config } from "../config/config.ts";
import { isGuarding } from "../config/is-guarding.ts";

/** Where media and their temporary names are kept. */
export function storePaths(config: Config): { readonly mediaStorePath: string; readonly uploadsFolder: string } {
  const { dataPath } = config.mediaBridge;
  return {
    // Where a Synapse keeps the media, this service must not touch its store.
    mediaStorePath: isGuarding(config) ? join(dataPath, "media") : config.mediaStorePath,
    uploadsFolder: join(dataPath, "uploads"),
  };
}
