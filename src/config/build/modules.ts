import { dirname, resolve } from "node:path";
import type { ModuleConfig, ShadowConfig, TypeScriptModuleConfig } from "../config.ts";
import type { ConfigSources } from "../config-files.ts";
import { formatPath } from "../issues.ts";
import type { Settings } from "../schema/schema.ts";
import type { ShadowEntry } from "../schema/shadow.ts";
import type { ModuleEntry } from "../schema/synapse.ts";
import { findNode, type YamlNode } from "../yaml/yaml-node.ts";
import { hasTimestamp, isFalsyInPython, requireTextKeys, toPlainValue, toPythonJson } from "../yaml/yaml-value.ts";

/**
 * The modules in their order, each with its configuration in the form of its language: `media_bridge.modules` where it
 * is given, otherwise Synapse's `modules` and, after them, its `spam_checker`.
 *
 * @throws {StartError} `CONFIG` for a configuration that cannot be passed on.
 */
export function buildModules(
  settings: Settings,
  sources: ConfigSources,
): { modules: ModuleConfig[]; warnings: string[] } {
  const own = settings.media_bridge.modules;
  const [key, ...path] = own === undefined ? ["modules"] : ["media_bridge", "modules"];
  const source = sources.keys.get(key ?? "");
  const warnings: string[] = [];
  const entries = source === undefined ? [] : (own ?? settings.modules ?? []);
  const modules = entries.map((entry, index) => {
    if (source === undefined) throw new TypeError("there are no modules without a file that names them");
    const folder = resolve(dirname(source.file));
    const at = (...steps: PropertyKey[]): ConfigPlace => {
      const { node } = findNode(source.node, [...path, index, ...steps]);
      return { node, file: source.file, path: formatPath([key ?? "", ...path, index, ...steps]) };
    };
    const given = at("config");
    if (entry.typescript !== undefined) warnings.push(...checkForTypeScript(given));
    const module = { ...buildModule(entry, index, folder, given.node), ...enforcementOf(entry, settings) };
    if (entry.shadow === undefined) return module;
    const ofShadow = at("shadow", "config");
    const config = ofShadow.node === undefined ? given : ofShadow;
    if (entry.shadow.typescript !== undefined) warnings.push(...checkForTypeScript(config));
    const candidate = { ...buildModule(entry.shadow, index, folder, config.node), key: at("shadow").path };
    return { ...module, shadow: buildShadow(entry.shadow, candidate, folder) };
  });
  return {
    modules: own === undefined ? [...modules, ...buildSpamCheckers(settings, sources, modules.length)] : modules,
    warnings,
  };
}

/** The configuration of a module, where it is. */
interface ConfigPlace {
  readonly node: YamlNode | undefined;
  readonly file: string;
  /** The path of its key. */
  readonly path: string;
}

/** Warnings about what reaches a TypeScript module in another form; throws for what cannot reach it. */
function checkForTypeScript({ node, ...place }: ConfigPlace): string[] {
  if (node === undefined) return [];
  requireTextKeys(node, place);
  return hasTimestamp(node) ? [`${place.file}:${node.line}: ${place.path}: ${TIMESTAMP_WARNING}`] : [];
}

function buildShadow(
  { sample, decide, required, ignore }: ShadowEntry,
  candidate: ModuleConfig,
  folder: string,
): ShadowConfig {
  return { candidate, sample, decide, required, ignore: ignore === undefined ? undefined : resolve(folder, ignore) };
}

const SPAM_CHECKER = "spam_checker";

/** What Synapse loads after its modules; one mapping, or a list of them. */
function buildSpamCheckers(settings: Settings, sources: ConfigSources, first: number): ModuleConfig[] {
  const { spam_checker: given } = settings;
  const source = sources.keys.get(SPAM_CHECKER);
  if (source === undefined || !isSpamCheckers(given)) return [];
  const entries = Array.isArray(given) ? given : [given];
  return entries.map((entry, position) => {
    const step = Array.isArray(given) ? [position] : [];
    const { node } = findNode(source.node, [...step, "config"]);
    return {
      index: first + position,
      language: "python" as const,
      module: entry.module,
      configJson: toConfigJson(node),
      ...enforcementOf(entry, settings),
      key: formatPath([SPAM_CHECKER, ...step]),
      isLegacySpamChecker: true,
    };
  });
}

interface SpamCheckerEntry extends EnforcedEntry {
  readonly module: string;
}

/** Not what Python treats as false, which the schema lets through. */
function isSpamCheckers(given: unknown): given is SpamCheckerEntry | SpamCheckerEntry[] {
  return typeof given === "object" && given !== null && Object.keys(given).length > 0;
}

const TIMESTAMP_WARNING = "a timestamp reaches the module as text";

interface EnforcedEntry {
  readonly enforce?: "enforce" | "report" | undefined;
}

/** Whether a module is report only: what its entry says, otherwise what holds for all. */
export function enforcementOf(entry: EnforcedEntry, settings: Settings): { readonly isReportOnly?: true } {
  return (entry.enforce ?? settings.media_bridge.enforce) === "report" ? { isReportOnly: true } : {};
}

/** A configuration for Python as JSON text. */
export function toConfigJson(config: YamlNode | undefined): string {
  return config === undefined || isFalsyInPython(config) ? "{}" : toPythonJson(config);
}

function buildModule(
  entry: Pick<ModuleEntry, "module" | "typescript" | "spam_checker">,
  index: number,
  folder: string,
  config: YamlNode | undefined,
): ModuleConfig {
  if (entry.module !== undefined) {
    return { index, language: "python", module: entry.module, configJson: toConfigJson(config) };
  }
  if (entry.spam_checker !== undefined) {
    const facts = { index, language: "python" as const, module: entry.spam_checker };
    return { ...facts, configJson: toConfigJson(config), isLegacySpamChecker: true };
  }
  return buildTypeScriptModule(entry.typescript ?? "", index, folder, config);
}

/** A TypeScript module. A path is relative to the folder of the file that names it. */
export function buildTypeScriptModule(
  specifier: string,
  index: number,
  folder: string,
  config: YamlNode | undefined,
): TypeScriptModuleConfig {
  return {
    index,
    language: "typescript",
    specifier: /^(?:\.{1,2})?\//.test(specifier) ? resolve(folder, specifier) : specifier,
    from: folder,
    config: config === undefined || config.kind === "null" ? {} : toPlainValue(config),
  };
}
