import type { ConfigSources } from "../config-files.ts";
import { formatPath } from "../issues.ts";
import { findNearestName } from "./nearest-name.ts";
import { listNames } from "../schema/schema.ts";
import { DECIDING_SYNAPSE_KEYS, SYNAPSE_KEYS, UNSUPPORTED_SYNAPSE_KEYS } from "./synapse-keys.ts";
import type { YamlNode } from "../yaml/yaml-node.ts";

/** How many letters a key may differ by to be taken for a typing mistake. */
const NEAR_MISS = 2;

/** What is known about a configuration besides its keys. */
export interface KeyWarningOptions {
  /** Keys whose author knows that they have no effect here. */
  readonly acknowledged: readonly string[];
  /** Whether a Synapse keeps the media, and its keys take effect there. */
  readonly isGuarding: boolean;
}

/**
 * Keys of ours and of Synapse's that the service does not act on, where the author may think that it does. First those
 * that decide in Synapse over what users may see or what is kept: `undecided`.
 */
export function warnAboutKeys(
  { keys }: ConfigSources,
  { acknowledged, isGuarding }: KeyWarningOptions,
): { warnings: string[]; undecided: string[] } {
  const used = listNames([]);
  const undecided: string[] = [];
  const first: string[] = [];
  const further = [...keys].flatMap(([key, { file, node }]) => {
    const place = `${file}:${node.line}: ${key}`;
    if (UNSUPPORTED_SYNAPSE_KEYS.has(key)) {
      if (isEmpty(node) || acknowledged.includes(key)) return [];
      const effect = DECIDING_SYNAPSE_KEYS[key];
      if (effect === undefined || isGuarding) return [`${place}: ${NO_EFFECT}`];
      undecided.push(key);
      first.push(`${place}: ${effect}, and this service does not; media_bridge.acknowledge can name the key`);
      return [];
    }
    if (used.includes(key)) return warnAboutMembers(key, file, node);
    if (SYNAPSE_KEYS.has(key)) return [];
    const nearest = findNearestName(key, used, NEAR_MISS);
    return nearest === undefined ? [] : [`${place}: unknown key, did you mean ${nearest}?`];
  });
  return { warnings: [...first, ...further], undecided };
}

const NO_EFFECT = "this service does not act on this key of Synapse's";

/** A key without a value, or with an empty one, asks for nothing. */
function isEmpty(node: YamlNode): boolean {
  if (node.kind === "map") return node.entries.size === 0;
  return node.kind === "list" ? node.items.length === 0 : node.kind === "null";
}

/** Synapse accepts unknown keys of a limit or of a module, so they are not mistakes here, but hardly intended. */
function warnAboutMembers(key: string, file: string, node: YamlNode): string[] {
  if (node.kind === "list") return node.items.flatMap((item, index) => warnAboutMapping([key, index], file, item));
  // Synapse accepts a single spam checker without a list.
  return key === "spam_checker" ? warnAboutMapping([key], file, node) : [];
}

function warnAboutMapping(path: readonly [string, ...PropertyKey[]], file: string, mapping: YamlNode): string[] {
  if (mapping.kind !== "map") return [];
  const known = listNames([path[0]]);
  const unknown = [...mapping.entries].filter(([name]) => !known.includes(name));
  return unknown.map(([name, node]) => {
    const nearest = findNearestName(name, known, NEAR_MISS);
    const hint = nearest === undefined ? "" : `, did you mean ${nearest}?`;
    return `${file}:${node.line}: ${formatPath([...path, name])}: unknown key${hint}`;
  });
}
