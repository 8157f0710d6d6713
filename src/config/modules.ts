import { dirname, resolve } from "node:path";
import type { ModuleConfig } from "./config.ts";
import type { ConfigSources } from "./config-files.ts";
import type { Settings } from "./schema.ts";
import type { ModuleEntry } from "./schema-synapse.ts";
import { findNode, type YamlNode } from "./yaml-node.ts";
import { hasTimestamp, isFalsyInPython, requireTextKeys, toPlainValue, toPythonJson } from "./yaml-value.ts";

/**
 * The modules in their order, each with its configuration in the form of its language: `media_bridge.modules` where it is
 * given, otherwise Synapse's `modules`.
 *
 * @throws {StartError} `CONFIG` for a configuration that cannot be handed on.
 */
export function buildModules(
  settings: Settings,
  sources: ConfigSources,
): { modules: ModuleConfig[]; warnings: string[] } {
  const own = settings.media_bridge.modules;
  const [key, ...path] = own === undefined ? ["modules"] : ["media_bridge", "modules"];
  const source = sources.keys.get(key ?? "");
  const warnings: string[] = [];
  if (source === undefined) return { modules: [], warnings };

  const modules = (own ?? settings.modules ?? []).map((entry, index) => {
    const { node } = findNode(source.node, [...path, index, "config"]);
    if (entry.module === undefined && node !== undefined) {
      const place = { file: source.file, path: [key, ...path].join(".").concat(`[${index}].config`) };
      requireTextKeys(node, place);
      if (hasTimestamp(node)) warnings.push(`${place.file}:${node.line}: ${place.path}: ${TIMESTAMP_WARNING}`);
    }
    return buildModule(entry, index, resolve(dirname(source.file)), node);
  });
  return { modules, warnings };
}

const TIMESTAMP_WARNING = "a timestamp reaches the module as text";

/** A configuration for Python as JSON text. */
export function toConfigJson(config: YamlNode | undefined): string {
  return config === undefined || isFalsyInPython(config) ? "{}" : toPythonJson(config);
}

function buildModule(entry: ModuleEntry, index: number, folder: string, config: YamlNode | undefined): ModuleConfig {
  if (entry.module !== undefined) {
    return { index, language: "python", module: entry.module, configJson: toConfigJson(config) };
  }
  const specifier = entry.typescript ?? "";
  return {
    index,
    language: "typescript",
    specifier: /^(?:\.{1,2})?\//.test(specifier) ? resolve(folder, specifier) : specifier,
    from: folder,
    config: config === undefined || config.kind === "null" ? {} : toPlainValue(config),
  };
}
