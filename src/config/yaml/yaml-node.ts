/** A value of a YAML file as Python would see it, with its line (from 1). */
export type YamlNode = YamlValue & { readonly line: number };

/** A scalar without its line: see {@link YamlNode}. Integers have any size; a timestamp is ISO 8601 text. */
export type YamlScalar =
  | { readonly kind: "null" }
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "int"; readonly value: bigint }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "str"; readonly value: string }
  | { readonly kind: "timestamp"; readonly value: string };

/**
 * `pairs` are what Python's dict would hold, in its order; in `entries` keys that are not text are converted to text.
 */
export interface YamlMap {
  readonly kind: "map";
  readonly pairs: readonly YamlPair[];
  readonly entries: ReadonlyMap<string, YamlNode>;
}

/** A key, which may be something other than text, and its value. */
export interface YamlPair {
  readonly key: YamlKey;
  readonly value: YamlNode;
}

export type YamlKey = YamlScalar & { readonly line: number };

export interface YamlList {
  readonly kind: "list";
  readonly items: readonly YamlNode[];
}

type YamlValue = YamlScalar | YamlMap | YamlList;

const KIND_WORDS = {
  null: "nothing (null)",
  bool: "true or false",
  int: "a whole number",
  float: "a number with a fraction",
  str: "text",
  timestamp: "a timestamp",
  map: "a mapping",
  list: "a list",
} as const satisfies Record<YamlNode["kind"], string>;

/** The type of a node in words, for people; "nothing" where there is none. */
export function describeKind(kind: YamlNode["kind"] | undefined): string {
  return kind === undefined ? "nothing" : KIND_WORDS[kind];
}

/** The first key that is not text. */
export function findOddKey({ pairs }: YamlMap): YamlKey | undefined {
  return pairs.find(({ key }) => key.kind !== "str")?.key;
}

/** The node at a path of keys and positions, and the nearest of its parents that exists (for its line). */
export function findNode(
  root: YamlNode,
  path: readonly PropertyKey[],
): { node: YamlNode | undefined; nearest: YamlNode } {
  let nearest = root;
  for (const step of path) {
    const next = findChild(nearest, step);
    if (next === undefined) return { node: undefined, nearest };
    nearest = next;
  }
  return { node: nearest, nearest };
}

function findChild(node: YamlNode, step: PropertyKey): YamlNode | undefined {
  if (node.kind === "map") return node.entries.get(String(step));
  return node.kind === "list" ? node.items[Number(step)] : undefined;
}
