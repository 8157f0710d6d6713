import { dirname, resolve } from "node:path";
import type { StorageProviderConfig } from "../config.ts";
import type { ConfigSources } from "../config-files.ts";
import type { Settings } from "../schema/schema.ts";
import { findNode } from "../yaml/yaml-node.ts";
import { requireTextKeys } from "../yaml/yaml-value.ts";
import { buildTypeScriptModule, enforcementOf, toConfigJson } from "./modules.ts";

const KEY = "media_storage_providers";

/**
 * The storage providers in their order. Their indexes continue those of the modules: the child identifies both by one
 * number.
 */
export function buildStorageProviders(
  settings: Settings,
  sources: ConfigSources,
  moduleCount: number,
): StorageProviderConfig[] {
  const source = sources.keys.get(KEY);
  // Where a Synapse keeps the media, the same key applies to Synapse's own providers.
  const isGuarding = settings.media_bridge.upstream?.mode === "guard";
  if (source === undefined || isGuarding) return [];
  const seen = new Map<string, number>();
  const folder = resolve(dirname(source.file));
  return (settings.media_storage_providers ?? []).map((entry, position) => {
    const { node } = findNode(source.node, [position, "config"]);
    const choices = {
      key: `${KEY}[${position}]`,
      storeLocal: entry.store_local,
      storeRemote: entry.store_remote,
      storeSynchronous: entry.store_synchronous,
      // A storage provider may register callbacks as well.
      ...enforcementOf({}, settings),
    };
    const index = moduleCount + position;
    if (entry.module === undefined) {
      if (node !== undefined) requireTextKeys(node, { file: source.file, path: `${choices.key}.config` });
      return { ...buildTypeScriptModule(entry.typescript ?? "", index, folder, node), ...choices };
    }
    const nth = (seen.get(entry.module) ?? 0) + 1;
    seen.set(entry.module, nth);
    return {
      index,
      language: "python" as const,
      name: nth === 1 ? entry.module : `${entry.module}#${nth}`,
      module: entry.module,
      configJson: toConfigJson(node),
      ...choices,
    };
  });
}
