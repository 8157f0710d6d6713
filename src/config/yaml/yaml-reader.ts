import { isAlias, isCollection, isMap, isNode, isScalar, isSeq } from "yaml";
import type { Alias, LineCounter, Scalar, YAMLMap } from "yaml";
import { StartError } from "../../errors.ts";
import { resolvePlainScalar, resolveTaggedScalar } from "./yaml-scalar.ts";
import { PythonDict } from "./python-dict.ts";
import type { YamlMap, YamlNode, YamlScalar } from "./yaml-node.ts";

const SCALAR_TAG = /^tag:yaml\.org,2002:(?:str|int|float|bool|null|timestamp)$/;
const COLLECTION_TAG = /^tag:yaml\.org,2002:(?:map|seq)$/;

/**
 * What aliases may add to a file: values, and characters of text. An alias of aliases of aliases can represent
 * billions, which everything after this reader would write out.
 */
const MAX_REPEATED = 1_000_000;
/** How deep values may be nested: later readers, such as Python's JSON, recurse for each level. */
const MAX_DEPTH = 200;

interface Known {
  readonly result: YamlNode;
  /** The number of values and characters of text, with all aliases written out. */
  readonly weight: number;
  /** How many levels it has. */
  readonly height: number;
}

/** Turns the YAML library's nodes into what Python would see. */
export class YamlReader {
  readonly #file: string;
  readonly #lines: LineCounter;
  /** The target of an alias is read once. */
  readonly #known = new Map<unknown, Known | "in progress">();
  /** What each anchor names; a later one of the same name replaces it. */
  readonly #anchors = new Map<string, unknown>();
  #weight = 0;
  #repeated = 0;
  #depth = 0;
  /** The deepest level of the value that is being read. */
  #deepest = 0;

  constructor(file: string, lines: LineCounter) {
    this.#file = file;
    this.#lines = lines;
  }

  fail(node: unknown, message: string): StartError {
    return this.failAt(isNode(node) ? (node.range?.[0] ?? 0) : 0, message);
  }

  failAt(offset: number, message: string): StartError {
    return new StartError("CONFIG", `${this.#file}:${this.#lines.linePos(offset).line}: ${message}`);
  }

  read(node: unknown): YamlNode {
    if (isAlias(node)) return this.#readAlias(node);
    if ((isScalar(node) || isCollection(node)) && node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    this.#known.set(node, "in progress");
    const before = this.#weight;
    const outer = this.#deepest;
    this.#depth += 1;
    this.#deepest = this.#depth;
    this.#holdDepth(node, this.#depth);
    const result = this.#readNew(node);
    this.#weight += 1 + (result.kind === "str" ? result.value.length : 0);
    const height = this.#deepest - this.#depth + 1;
    this.#depth -= 1;
    this.#deepest = Math.max(outer, this.#deepest);
    this.#known.set(node, { result, weight: this.#weight - before, height });
    return result;
  }

  #readAlias(alias: Alias): YamlNode {
    const target = this.#anchors.get(alias.source);
    const known = this.#known.get(target);
    if (known === "in progress") throw this.fail(alias, "an alias is inside the value that it names");
    if (known === undefined) throw this.fail(alias, "an alias names an anchor that does not exist");
    this.#weight += known.weight;
    this.#repeated += known.weight;
    if (this.#repeated > MAX_REPEATED) {
      throw this.fail(
        alias,
        "aliases up to here repeat more than 1,000,000 values and characters: write less, or fewer aliases",
      );
    }
    this.#deepest = Math.max(this.#deepest, this.#depth + known.height);
    this.#holdDepth(alias, this.#deepest);
    return known.result;
  }

  #holdDepth(node: unknown, depth: number): void {
    if (depth > MAX_DEPTH) throw this.fail(node, `values are nested more than ${MAX_DEPTH} levels deep`);
  }

  #readNew(node: unknown): YamlNode {
    const line = this.#line(node);
    if (isScalar(node)) return { ...this.#readScalar(node), line };
    if (isCollection(node) && node.tag !== undefined && !COLLECTION_TAG.test(node.tag)) {
      throw this.#refuseTag(node, node.tag);
    }
    if (isSeq(node)) return { kind: "list", items: node.items.map((item) => this.read(item)), line };
    return isMap(node) ? { ...this.#readMap(node), line } : { kind: "null", line };
  }

  #readScalar(node: Scalar): YamlScalar {
    const text = node.source ?? "";
    // To PyYAML a bare `!` means nothing.
    const tag = node.tag === "!" ? undefined : node.tag;
    if (tag !== undefined && !SCALAR_TAG.test(tag)) throw this.#refuseTag(node, tag);
    if (tag === undefined && node.type !== "PLAIN") return { kind: "str", value: text };
    const scalar = tag === undefined ? resolvePlainScalar(text) : resolveTaggedScalar(tag, text);
    if (scalar === undefined) throw this.fail(node, "a value that is not of the form of its type");
    return scalar;
  }

  #readMap(node: YAMLMap): YamlMap {
    const own = new PythonDict();
    const merged = new PythonDict();
    for (const { key, value } of node.items) {
      if (isScalar(key) && key.type === "PLAIN" && key.source === "<<") {
        this.#merge(merged, value, key);
        continue;
      }
      const name = this.read(key);
      const line = this.#line(key);
      if (name.kind === "map" || name.kind === "list") throw this.fail(key, "a key must be a plain value");
      if (own.has(name)) throw this.fail(key, "this key is given twice in the same mapping");
      // The line of the key is what an operator looks for, even where the value begins below it.
      own.put({ key: { ...name, line }, value: { ...this.read(value), line } });
    }
    // Merged keys come first in Python's dict, and keys in the mapping itself win.
    for (const pair of own.pairs()) merged.put(pair);
    return merged.toMap();
  }

  #merge(into: PythonDict, value: unknown, key: Scalar): void {
    const source = this.read(value);
    const sources = source.kind === "list" ? source.items.toReversed() : [source];
    for (const one of sources) {
      if (one.kind !== "map") throw this.fail(key, "`<<` expects a mapping or a list of mappings");
      for (const pair of one.pairs) into.put(pair);
    }
  }

  #refuseTag(node: unknown, tag: string): StartError {
    // A value that begins with `!` and is not quoted is taken for a tag, and may be a secret.
    const isOfYaml = tag.startsWith("tag:yaml.org,2002:");
    const named = isOfYaml ? `the tag ${tag.replace("tag:yaml.org,2002:", "!!")}` : "a tag of its own";
    return this.fail(node, `${named} is not supported${isOfYaml ? "" : " (put a value that begins with ! in quotes)"}`);
  }

  #line(node: unknown): number {
    return isNode(node) ? this.#lines.linePos(node.range?.[0] ?? 0).line : 0;
  }
}
