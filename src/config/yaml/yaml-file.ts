import { readFileSync } from "node:fs";
import { LineCounter, parseDocument } from "yaml";
import { StartError } from "../../errors.ts";
import { findTemplateLine } from "./jinja.ts";
import type { YamlMap, YamlNode } from "./yaml-node.ts";
import { YamlReader } from "./yaml-reader.ts";

/** Messages of the YAML library that quote nothing of the file. Others would show what may be a secret. */
const QUIET_CODES = new Set([
  "BAD_INDENT",
  "BLOCK_AS_IMPLICIT_KEY",
  "MISSING_CHAR",
  "MULTILINE_IMPLICIT_KEY",
  "MULTIPLE_ANCHORS",
  "MULTIPLE_TAGS",
  "TAB_AS_INDENT",
]);

type YamlRoot = YamlNode & YamlMap;

/**
 * Reads a YAML 1.1 file whose root is a mapping, by PyYAML's rules (`yes` and `on` are booleans, `010` is octal, `<<`
 * merges), except that a key given twice is a mistake here.
 *
 * @throws {StartError} `CONFIG`, naming the file and the line, but nothing of its content.
 */
export function readYamlFile(file: string): YamlRoot {
  const root = readYamlFileIfAny(file);
  if (root === undefined) throw new StartError("CONFIG", `${file}: expected a mapping, found an empty file`);
  return root;
}

/** Like {@link readYamlFile}; undefined where the file is empty, or has only comments. */
export function readYamlFileIfAny(file: string): YamlRoot | undefined {
  const text = readText(file);
  try {
    return readRoot(file, text);
  } catch (error) {
    const line = error instanceof StartError ? findTemplateLine(text) : undefined;
    if (line === undefined) throw error;
    const what = "this is a Jinja template (with {% or {{), not YAML: render it, and name the file that comes out";
    throw new StartError("CONFIG", `${file}:${line}: ${what}`, { cause: error });
  }
}

function readRoot(file: string, text: string): YamlRoot | undefined {
  const lineCounter = new LineCounter();
  const reader = new YamlReader(file, lineCounter);
  const document = parseDocument(text, {
    version: "1.1",
    // Every scalar stays text: `yaml-scalar.ts` decides what it means.
    schema: "failsafe",
    uniqueKeys: false,
    prettyErrors: false,
    // At "silent" a second document would be dropped without a message.
    logLevel: "error",
    lineCounter,
  });
  const [error] = document.errors;
  if (error?.code === "MULTIPLE_DOCS") {
    throw reader.failAt(error.pos[0], "a second document begins here (`---`): keep one in a file");
  }
  if (error?.code === "RESOURCE_EXHAUSTION") {
    throw reader.failAt(error.pos[0], "values are nested too deeply to be read");
  }
  if (error !== undefined) {
    throw reader.failAt(error.pos[0], `not valid YAML${QUIET_CODES.has(error.code) ? `: ${error.message}` : ""}`);
  }
  if (document.contents === null) return undefined;
  const root = reader.read(document.contents);
  if (root.kind === "null") return undefined;
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
