import { readdirSync, readFileSync } from "node:fs";
import { dirname, extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const PROJECT = fileURLToPath(new URL("../..", import.meta.url));
export const SOURCE = join(PROJECT, "src");

/** What a file of src imports. */
export interface Import {
  /** Relative to src. */
  readonly file: string;
  readonly specifier: string;
  /** Relative to src; undefined for a package. */
  readonly target: string | undefined;
  readonly typeOnly: boolean;
}

/** The files of src, relative to it. */
export const files = listFiles(SOURCE, [".ts"]).map((path) => relative(SOURCE, path));
/** All their imports. */
export const imports = files.flatMap(readImports);

function readImports(file: string): Import[] {
  return findSpecifiers(readFileSync(join(SOURCE, file), "utf8")).map(({ specifier, typeOnly }) => {
    const target = specifier.startsWith(".") ? join(dirname(file), specifier) : undefined;
    return { file, specifier, target, typeOnly };
  });
}

/** The imports and re-exports of a text, in order. */
export function findSpecifiers(text: string): { specifier: string; typeOnly: boolean }[] {
  const pattern =
    /^(?:import|export)(?<type> type)?\s(?:[^;"'`]*?\sfrom\s)?"(?<static>[^"]+)"|\bimport\("(?<dynamic>[^"]+)"\)/gm;
  return [...text.matchAll(pattern)].map(({ groups }) => ({
    specifier: groups?.["static"] ?? groups?.["dynamic"] ?? "",
    typeOnly: groups?.["type"] !== undefined,
  }));
}

/** The files of a folder and those below it that have one of these extensions. */
export function listFiles(folder: string, extensions: readonly string[]): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && extensions.includes(extname(entry.name)))
    .map((entry) => join(entry.parentPath, entry.name));
}
