import { KINDS, type KindName } from "../../callbacks/kinds.ts";
import { readYamlFileIfAny } from "../../config/yaml/yaml-file.ts";
import type { YamlNode } from "../../config/yaml/yaml-node.ts";
import { toPlainValue } from "../../config/yaml/yaml-value.ts";
import type { LoadedModules } from "../../modules/load.ts";
import { ok, problem, skipped, type Finding } from "./finding.ts";

/** The callbacks that Synapse would call as well. */
const SHARED = (Object.keys(KINDS) as KindName[]).filter((kind) => KINDS[kind].isOfSynapse);

/**
 * Is a module loaded here and in Synapse as well, and would be asked twice? Synapse's own files are those that say
 * where it listens.
 *
 * @param files those of the configuration, and others that were named
 */
export function checkModules(files: readonly string[], loaded: LoadedModules): Finding[] {
  const own = files
    .map((file) => ({ file, entries: readYamlFileIfAny(file)?.entries ?? new Map<string, YamlNode>() }))
    .filter(({ entries }) => entries.has("listeners"));
  if (own.length === 0) {
    return [
      skipped(
        "whether a module is loaded here and in Synapse",
        "Synapse's own modules are not known; name its configuration with --homeserver-config to have them compared",
      ),
    ];
  }
  const deciding = new Set(SHARED.flatMap((kind) => loaded.registry.slots(kind).map(({ module }) => module.name)));
  const findings = own.flatMap(({ file, entries }) => {
    const found = ["modules", "spam_checker"].flatMap((key) => {
      const doubled = namesOf(entries.get(key)).filter((name) => deciding.has(name));
      return doubled.map((name) => judgeDoubled(name, file, key, loaded));
    });
    const limits = entries.has("media_upload_limits");
    return limits
      ? [
          ...found,
          problem(
            `${file}: Synapse has media_upload_limits too, and both count`,
            "take them out of Synapse's file and put them into that of this service",
          ),
        ]
      : found;
  });
  return findings.length > 0 ? findings : [ok("no module decides over uploads in two places")];
}

function judgeDoubled(name: string, file: string, key: string, { modules }: LoadedModules): Finding {
  const unfired = modules.find((module) => module.name === name)?.unfired ?? [];
  const remedy =
    unfired.length === 0
      ? `take it out of Synapse's ${key}: everything that it registers is called here`
      : `it must stay in Synapse for ${unfired.join(", ")}: turn its media callbacks off there by its configuration`;
  return problem(`${name} is loaded here and in Synapse (${file}): its media callbacks are called twice`, remedy);
}

function namesOf(node: Parameters<typeof toPlainValue>[0] | undefined): string[] {
  const given: unknown = node === undefined ? [] : toPlainValue(node);
  // Synapse accepts a single spam checker without a list.
  const entries: unknown[] = Array.isArray(given) ? given : [given];
  return entries.flatMap((entry: unknown) => {
    const name: unknown = typeof entry === "object" && entry !== null && "module" in entry ? entry.module : undefined;
    return typeof name === "string" ? [name] : [];
  });
}
