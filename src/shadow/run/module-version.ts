import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import type { ModuleConfig } from "../../config/config.ts";
import { toJsonText } from "../../util/text/json-text.ts";
import type { ModuleVersion } from "../compared.ts";

/** More files than this are not one module's: its own file counts alone then. */
const MAX_FILES = 500;
const EXTENSIONS = { python: /^\.py$/, typescript: /^\.[cm]?[jt]s$/ } as const;

/**
 * Which module it is: its name, and the hashes of its files and of its configuration. Its files are its own file and, for
 * a Python package and for TypeScript, the others of its language in the same folder and below.
 */
export function describeVersion(entry: ModuleConfig, name: string, file: string | null): ModuleVersion {
  const config = entry.language === "python" ? entry.configJson : toJsonText(entry.config);
  const hash = createHash("sha256");
  for (const path of file === null ? [] : filesOf(entry.language, file)) hash.update(readFileSync(path)).update("\0");
  return {
    name,
    language: entry.language,
    filesHash: hash.digest("hex"),
    configHash: createHash("sha256").update(config).digest("hex"),
  };
}

function filesOf(language: ModuleConfig["language"], file: string): string[] {
  const folder = dirname(file);
  // A Python file beside others is not part of them, in a folder of installed packages above all.
  if (language === "python" && !existsSync(join(folder, "__init__.py"))) return [file];
  const found = listFiles(folder, EXTENSIONS[language], MAX_FILES + 1);
  return found.length > MAX_FILES || !found.includes(file) ? [file] : found.toSorted();
}

function listFiles(folder: string, extension: RegExp, most: number): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (found.length >= most) break;
    const path = join(folder, entry.name);
    if (entry.isFile() && extension.test(extname(entry.name))) found.push(path);
    else if (entry.isDirectory() && entry.name !== "node_modules" && !entry.name.startsWith("."))
      found.push(...listFiles(path, extension, most - found.length));
  }
  return found;
}
