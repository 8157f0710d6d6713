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
    const place = { file: source.file, path: [key, ...path].join(".").concat(`[${index}].config`) };
    const warning = checkConfig(node, place);
    if (warning !== undefined) warnings.push(warning);
    return buildModule(entry, index, resolve(dirname(source.file)), node);
  });
  return { modules, warnings };
}

/**
 * A configuration for Python as JSON text, and what its author should know.
 *
 * @throws {StartError} `CONFIG` where it cannot be handed on.
 */
export function readPythonConfig(
  node: YamlNode | undefined,
  place: ConfigPlace,
): { configJson: string; warning: string | undefined } {
  const warning = checkConfig(node, place);
  return { configJson: toConfigJson(node), warning };
}

/** Where a configuration stands. */
interface ConfigPlace {
  readonly file: string;
  readonly path: string;
}

function checkConfig(node: YamlNode | undefined, place: ConfigPlace): string | undefined {
  if (node === undefined) return undefined;
  requireTextKeys(node, place);
  if (!hasTimestamp(node)) return undefined;
  return `${place.file}:${node.line}: ${place.path}: a timestamp reaches the module as text`;
}

function toConfigJson(config: YamlNode | undefined): string {
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
