import type { StorageProviderConfig } from "../config.ts";
import type { ConfigSources } from "../config-files.ts";
import type { Settings } from "../schema/schema.ts";
import { findNode } from "../yaml/yaml-node.ts";
import { toConfigJson } from "./modules.ts";

const KEY = "media_storage_providers";

/**
 * The storage providers in their order. Their indexes go on where those of the modules end: the child tells both apart by
 * one number.
 */
export function buildStorageProviders(
  settings: Settings,
  sources: ConfigSources,
  moduleCount: number,
): StorageProviderConfig[] {
  const source = sources.keys.get(KEY);
  // Where a Synapse keeps the media, the same key makes it ask its own.
  const isGuarding = settings.media_bridge.upstream?.mode === "guard";
  if (source === undefined || isGuarding) return [];
  const seen = new Map<string, number>();
  return (settings.media_storage_providers ?? []).map((entry, position) => {
    const { node } = findNode(source.node, [position, "config"]);
    const nth = (seen.get(entry.module) ?? 0) + 1;
    seen.set(entry.module, nth);
    return {
      index: moduleCount + position,
      language: "python" as const,
      key: `${KEY}[${position}]`,
      name: nth === 1 ? entry.module : `${entry.module}#${nth}`,
      module: entry.module,
      configJson: toConfigJson(node),
      storeLocal: entry.store_local,
      storeRemote: entry.store_remote,
      storeSynchronous: entry.store_synchronous,
    };
  });
}
