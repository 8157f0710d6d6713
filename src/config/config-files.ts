import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { StartError } from "../errors.ts";
import { readYamlFile, readYamlFileIfAny } from "./yaml/yaml-file.ts";
import type { YamlNode } from "./yaml/yaml-node.ts";

/** A top-level key and the last file that named it. */
export interface SourcedKey {
  readonly file: string;
  readonly node: YamlNode;
}

export interface ConfigSources {
  /** The files that were read, in order, as they were named. */
  readonly files: readonly string[];
  readonly keys: ReadonlyMap<string, SourcedKey>;
  /** Files of a folder that were skipped, and why. */
  readonly notices: readonly string[];
}

/**
 * Reads files and folders (their `*.yaml`, sorted) like Synapse's `--config-path`: a later file replaces whole
 * top-level keys. A file of a folder may be empty; one that is named itself may not.
 *
 * @throws {StartError} `CONFIG`
 */
export function readConfigSources(paths: readonly string[]): ConfigSources {
  const files = paths.flatMap(listFiles);
  if (files.length === 0) throw new StartError("CONFIG", "expected a configuration file, found none named");
  const keys = new Map<string, SourcedKey>();
  const notices: string[] = [];
  for (const { file, mayBeEmpty } of files) {
    const root = mayBeEmpty ? readYamlFileIfAny(file) : readYamlFile(file);
    if (root === undefined) notices.push(`${file}: is empty, and is passed over`);
    for (const [key, node] of root?.entries ?? []) keys.set(key, { file, node });
  }
  return { files: files.map(({ file }) => file), keys, notices };
}

interface NamedFile {
  readonly file: string;
  readonly mayBeEmpty: boolean;
}

function listFiles(path: string): NamedFile[] {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return [{ file: path, mayBeEmpty: false }];
  const files = listFolder(path)
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => join(path, name))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true);
  if (files.length === 0) throw new StartError("CONFIG", `${path}: expected *.yaml files in this folder, found none`);
  return files.toSorted().map((file) => ({ file, mayBeEmpty: true }));
}

function listFolder(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (cause) {
    throw new StartError("CONFIG", `${path}: this folder cannot be listed`, { cause });
  }
}
