import type { Config, ModuleConfig } from "../../config/config.ts";
import { ModuleLoadError } from "../python/python-start-error.ts";

/**
 * An error of loading, with advice where the list of modules is Synapse's own: Synapse has those modules already, and
 * one that cannot be loaded here need not keep the others from being loaded.
 *
 * @param constructed the modules that are known to load
 */
export function adviseOnLoading(
  error: unknown,
  { modules, hasOwnModules }: Config,
  constructed: ReadonlySet<number>,
): unknown {
  if (!(error instanceof ModuleLoadError) || hasOwnModules) return error;
  const left = modules.filter(({ index }) => !error.failed.includes(index));
  // Synapse's list of modules says nothing about a storage provider.
  if (left.length === modules.length) return error;
  const list = left.length === 0 ? ["    modules: []"] : ["    modules:", ...left.map(formatEntry)];
  const untried = left.filter(({ index }) => !constructed.has(index)).map(nameOf);
  const doubt = untried.length === 0 ? [] : [`(not constructed yet, and may fail as well: ${untried.join(", ")})`];
  const advice = [ADVICE, ...doubt, "  media_bridge:", ...list].join("\n");
  return new ModuleLoadError(`${error.message}\n${advice}`, error.failed, { cause: error });
}

const ADVICE =
  "To start without what cannot be loaded, name the others in media_bridge.modules, each with its config: here that list takes the " +
  "place of modules and spam_checker, and Synapse still loads its own list:";

function nameOf(entry: ModuleConfig): string {
  return entry.language === "typescript" ? entry.specifier : entry.module;
}

function formatEntry(entry: ModuleConfig): string {
  const legacy = entry.language === "python" && entry.isLegacySpamChecker === true;
  const key = legacy ? "spam_checker" : entry.language === "python" ? "module" : "typescript";
  return `      - ${key}: ${nameOf(entry)}`;
}
