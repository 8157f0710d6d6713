import type { StorageProviderConfig } from "./config.ts";
import type { ConfigSources } from "./config-files.ts";
import type { Settings } from "./schema.ts";
import { findNode } from "./yaml-node.ts";
import { readPythonConfig } from "./modules.ts";

const KEY = "media_storage_providers";

/**
 * The storage providers in their order. Their indexes go on where those of the modules end: the child tells both apart by
 * one number.
 *
 * @throws {StartError} `CONFIG` for a configuration that cannot be handed on.
 */
export function buildStorageProviders(
  settings: Settings,
  sources: ConfigSources,
  moduleCount: number,
): { storageProviders: StorageProviderConfig[]; warnings: string[] } {
  const source = sources.keys.get(KEY);
  const warnings: string[] = [];
  // Where a Synapse keeps the media, the same key makes it ask its own.
  const isGuarding = settings.media_bridge.upstream?.mode === "guard";
  if (source === undefined || isGuarding) return { storageProviders: [], warnings };
  const seen = new Map<string, number>();
  const storageProviders = (settings.media_storage_providers ?? []).map((entry, position) => {
    const { node } = findNode(source.node, [position, "config"]);
    const { configJson, warning } = readPythonConfig(node, { file: source.file, path: `${KEY}[${position}].config` });
    if (warning !== undefined) warnings.push(warning);
    const nth = (seen.get(entry.module) ?? 0) + 1;
    seen.set(entry.module, nth);
    return {
      index: moduleCount + position,
      language: "python" as const,
      key: `${KEY}[${position}]`,
      name: nth === 1 ? entry.module : `${entry.module}#${nth}`,
      module: entry.module,
      configJson,
      storeLocal: entry.store_local,
      storeRemote: entry.store_remote,
      storeSynchronous: entry.store_synchronous,
    };
  });
  return { storageProviders, warnings };
}
