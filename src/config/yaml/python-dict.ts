import type { YamlMap, YamlNode, YamlPair, YamlScalar } from "./yaml-node.ts";

/** A mapping with Python's keys: `1`, `1.0` and `true` are one key, `'1'` is another. */
export class PythonDict {
  readonly #pairs = new Map<string, YamlPair>();

  has(key: YamlScalar): boolean {
    return this.#pairs.has(identityOf(key));
  }

  /** An existing key keeps its place and its form, and gets the new value. */
  put({ key, value }: YamlPair): void {
    const identity = identityOf(key);
    this.#pairs.set(identity, { key: this.#pairs.get(identity)?.key ?? key, value });
  }

  pairs(): readonly YamlPair[] {
    return [...this.#pairs.values()];
  }

  toMap(): YamlMap {
    const entries = new Map<string, YamlNode>();
    for (const { key, value } of this.pairs()) {
      const text = key.kind === "null" ? "null" : String(key.value);
      if (key.kind === "str" || !entries.has(text)) entries.set(text, value);
    }
    return { kind: "map", pairs: this.pairs(), entries };
  }
}

/** The same text for keys that are equal in Python. */
function identityOf(key: YamlScalar): string {
  switch (key.kind) {
    case "null":
      return "null";
    case "str":
    case "timestamp":
      return `${key.kind} ${key.value}`;
    case "float":
      return `number ${Number.isInteger(key.value) ? BigInt(key.value) : key.value}`;
    default:
      return `number ${BigInt(key.value)}`;
  }
}
