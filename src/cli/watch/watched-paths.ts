import { realpathSync, statSync, type Stats } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import type { LoadedConfig } from "../../config/config.ts";

const SOURCES = /\.(?:[cm]?[jt]s|json|py)$/;
/** Folders of tools, packages and caches, and hidden files. */
const LEFT_OUT = /^(?:\.|node_modules$|site-packages$|__pycache__$)/;
/** More than a project has: a whole disk on `python.path`, say. */
const MAX_FOLDERS = 2_000;

/** Where a change is a change of the service. */
export interface WatchedPaths {
  /** Files, and folders with what is below them; absolute. */
  readonly roots: readonly string[];
  /** Whether a change of this path changes nothing. Without `stats` the path may be a file or a folder. */
  isIgnored(path: string, stats?: Stats): boolean;
}

/**
 * Lists the files of the configuration, the folders of its modules, and those on `python.path`, with what is below
 * them.
 *
 * @param named The files and folders that the command line names.
 * @param moduleFiles The files of the modules that run.
 */
export function listWatchedPaths(
  { config, files }: LoadedConfig,
  named: readonly string[],
  moduleFiles: readonly string[],
): WatchedPaths {
  const { mediaBridge, mediaStorePath, modules } = config;
  const configured = modules.flatMap((entry) =>
    entry.language === "typescript" && isAbsolute(entry.specifier) ? [entry.specifier] : [],
  );
  const configFiles = new Set(files.map((file) => resolve(file)));
  const configFolders = new Set(named.filter(isFolder).map((folder) => resolve(folder)));
  const moduleFolders = [...configured, ...moduleFiles].map((file) => dirname(file));
  const sources = new Set([...mediaBridge.python.path, ...moduleFolders].map(resolveLinks));
  const kept = [mediaBridge.dataPath, mediaStorePath].map(resolveLinks);
  const folders = new Set<string>();
  const hasRoom = (folder: string) => folders.has(folder) || (folders.size < MAX_FOLDERS && folders.add(folder));
  return {
    roots: [...configFiles, ...configFolders, ...sources],
    isIgnored(path, stats) {
      if (configFiles.has(path) || configFolders.has(path)) return false;
      if (configFolders.has(dirname(path)) && path.endsWith(".yaml")) return false;
      if (![...sources].some((root) => isSourcePath(root, path, kept))) return true;
      return stats !== undefined && !(stats.isDirectory() ? hasRoom(path) : SOURCES.test(basename(path)));
    },
  };
}

/** Whether this path, which is `root` or below it, may have sources. What the service writes itself is left out. */
function isSourcePath(root: string, path: string, kept: readonly string[]): boolean {
  const below = relative(root, path);
  const names = below === "" ? [] : below.split(sep);
  if (names.some((name) => LEFT_OUT.test(name))) return false;
  return ![root, ...names.map((_name, index) => join(root, ...names.slice(0, index + 1)))].some((folder) =>
    kept.includes(folder),
  );
}

function resolveLinks(path: string): string {
  return isThere(path) ? realpathSync(path) : resolve(path);
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
