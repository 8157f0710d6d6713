import type { ConfigSources } from "./config-files.ts";
import { findNearestName } from "./nearest-name.ts";
import { listNames } from "./schema.ts";
import { SYNAPSE_KEYS, UNSUPPORTED_SYNAPSE_KEYS } from "./synapse-keys.ts";
import type { YamlNode } from "./yaml-node.ts";

/** How many letters a key may be off to be taken for a mistake in typing. */
const NEAR_MISS = 2;

/** Keys of ours and of Synapse's that the service does not act on, where the author may think that it does. */
export function warnAboutKeys({ keys }: ConfigSources): string[] {
  const used = listNames([]);
  return [...keys].flatMap(([key, { file, node }]) => {
    const place = `${file}:${node.line}: ${key}`;
    if (UNSUPPORTED_SYNAPSE_KEYS.has(key)) return [`${place}: this service does not act on this key of Synapse's`];
    if (used.includes(key)) return warnAboutMembers(key, file, node);
    if (SYNAPSE_KEYS.has(key)) return [];
    const nearest = findNearestName(key, used, NEAR_MISS);
    return nearest === undefined ? [] : [`${place}: unknown key, did you mean ${nearest}?`];
  });
}

/** Synapse lets unknown keys of a limit or of a module pass; so they are no mistake here, but hardly meant. */
function warnAboutMembers(key: string, file: string, list: YamlNode): string[] {
  if (list.kind !== "list") return [];
  const known = listNames([key]);
  return list.items.flatMap((item, index) => {
    if (item.kind !== "map") return [];
    const unknown = [...item.entries].filter(([name]) => !known.includes(name));
    return unknown.map(([name, node]) => {
      const nearest = findNearestName(name, known, NEAR_MISS);
      const hint = nearest === undefined ? "" : `, did you mean ${nearest}?`;
      return `${file}:${node.line}: ${key}[${index}].${name}: unknown key${hint}`;
    });
  });
}
