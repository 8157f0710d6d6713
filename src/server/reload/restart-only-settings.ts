import { isDeepStrictEqual } from "node:util";
import type { Config } from "../../config/config.ts";

/** Settings that a running service cannot change: where it listens, and where it stores its data. */
const FIXED: Readonly<Record<string, (config: Config) => unknown>> = {
  server_name: ({ serverName }) => serverName,
  media_store_path: ({ mediaStorePath }) => mediaStorePath,
  "media_bridge.listen": ({ mediaBridge }) => mediaBridge.listen,
  "media_bridge.data_path": ({ mediaBridge }) => mediaBridge.dataPath,
  "media_bridge.database": ({ mediaBridge }) => mediaBridge.database,
  "media_bridge.durability": ({ mediaBridge }) => mediaBridge.durability,
  "media_bridge.metrics": ({ mediaBridge }) => mediaBridge.metrics,
  "media_bridge.log": ({ mediaBridge }) => mediaBridge.log,
  "media_bridge.upstream.mode": ({ mediaBridge }) => mediaBridge.upstream?.mode,
};

/** The keys in which two configurations differ and that take a restart. */
export function findRestartOnlyChanges(from: Config, to: Config): string[] {
  return Object.entries(FIXED).flatMap(([key, read]) => (isDeepStrictEqual(read(from), read(to)) ? [] : [key]));
}
