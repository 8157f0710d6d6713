import { readFileSync } from "node:fs";
import { isAlias, isCollection, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import type { Document, Scalar, YAMLMap } from "yaml";
import { StartError } from "../errors.ts";
import { resolvePlainScalar, resolveTaggedScalar } from "./yaml-scalar.ts";
import { PythonDict } from "./python-dict.ts";
import type { YamlMap, YamlNode, YamlScalar } from "./yaml-node.ts";

const SCALAR_TAG = /^tag:yaml\.org,2002:(?:str|int|float|bool|null|timestamp)$/;
const COLLECTION_TAG = /^tag:yaml\.org,2002:(?:map|seq)$/;

/** Words of the YAML library that quote nothing of the file. The others would show what may be a secret. */
const QUIET_CODES = new Set([
  "BAD_INDENT",
  "BLOCK_AS_IMPLICIT_KEY",
  "MISSING_CHAR",
  "MULTILINE_IMPLICIT_KEY",
  "MULTIPLE_ANCHORS",
  "MULTIPLE_DOCS",
  "MULTIPLE_TAGS",
  "TAB_AS_INDENT",
]);

/**
 * Reads a YAML 1.1 file whose root is a mapping, by PyYAML's rules (`yes` and `on` are booleans, `010` is octal, `<<`
 * merges), except that a key given twice is a mistake here.
 *
 * @throws {StartError} `CONFIG`, naming the file and the line, and nothing of what stands there.
 */
export function readYamlFile(file: string): YamlNode & YamlMap {
  const lineCounter = new LineCounter();
  const document = parseDocument(readText(file), {
    version: "1.1",
    // Every scalar stays text: what it means is for `yaml-scalar.ts` to say.
    schema: "failsafe",
    uniqueKeys: false,
    prettyErrors: false,
    // At "silent" a second document would be dropped without a word.
    logLevel: "error",
    lineCounter,
  });
  const reader = new Reader(file, document, lineCounter);
  const [error] = document.errors;
  if (error !== undefined) {
    throw reader.failAt(error.pos[0], `not valid YAML${QUIET_CODES.has(error.code) ? `: ${error.message}` : ""}`);
  }
  if (document.contents === null) throw new StartError("CONFIG", `${file}: expected a mapping, found an empty file`);
  const root = reader.read(document.contents);
  if (root.kind !== "map") throw reader.fail(document.contents, "expected a mapping of keys to values");
  return root;
}

function readText(file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(file));
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    const why = code === "ERR_ENCODING_INVALID_ENCODED_DATA" ? "it is not UTF-8" : code || String(cause);
    throw new StartError("CONFIG", `${file}: cannot be read: ${why}`, { cause });
  }
}

class Reader {
  readonly #file: string;
  readonly #document: Document;
  readonly #lines: LineCounter;
  /** What an alias stands for is read once, so that aliases of aliases cost nothing. */
  readonly #known = new Map<unknown, YamlNode | "in progress">();

  constructor(file: string, document: Document, lines: LineCounter) {
    this.#file = file;
    this.#document = document;
    this.#lines = lines;
  }

  fail(node: unknown, message: string): StartError {
    return this.failAt(isNode(node) ? (node.range?.[0] ?? 0) : 0, message);
  }

  failAt(offset: number, message: string): StartError {
    return new StartError("CONFIG", `${this.#file}:${this.#lines.linePos(offset).line}: ${message}`);
  }

  read(node: unknown): YamlNode {
    const known = this.#known.get(node);
    if (known === "in progress") throw this.fail(node, "an alias stands inside what it names");
    if (known !== undefined) return known;
    this.#known.set(node, "in progress");
    const result = this.#readNew(node);
    this.#known.set(node, result);
    return result;
  }

  #readNew(node: unknown): YamlNode {
    const line = this.#line(node);
    if (isAlias(node)) {
      const target = node.resolve(this.#document);
      if (target === undefined) throw this.fail(node, "an alias names an anchor that does not exist");
      return this.read(target);
    }
    if (isScalar(node)) return { ...this.#readScalar(node), line };
    if (isCollection(node) && node.tag !== undefined && !COLLECTION_TAG.test(node.tag)) {
      throw this.#refuseTag(node, node.tag);
    }
    if (isSeq(node)) return { kind: "list", items: node.items.map((item) => this.read(item)), line };
    return isMap(node) ? { ...this.#readMap(node), line } : { kind: "null", line };
  }

  #readScalar(node: Scalar): YamlScalar {
    const text = node.source ?? "";
    // To PyYAML a bare `!` says nothing.
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
      // The line of the key is what an operator looks for, also where the value begins below it.
      own.put({ key: { ...name, line }, value: { ...this.read(value), line } });
    }
    // Merged keys come first in Python's dict, and what stands in the mapping itself wins.
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
    // A value that begins with `!` and is not in quotes is taken for a tag, and may be a secret.
    const isOfYaml = tag.startsWith("tag:yaml.org,2002:");
    const named = isOfYaml ? `the tag ${tag.replace("tag:yaml.org,2002:", "!!")}` : "a tag of its own";
    return this.fail(node, `${named} is not supported${isOfYaml ? "" : " (put a value that begins with ! in quotes)"}`);
  }

  #line(node: unknown): number {
    return isNode(node) ? this.#lines.linePos(node.range?.[0] ?? 0).line : 0;
  }
}
