import { readdirSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import type { LoadedConfig } from "../config/config.ts";
import type { WatchedFolder } from "./file-watch.ts";

const SOURCES = /\.(?:[cm]?[jt]s|json|py)$/;
/** Folders of tools, packages and caches. */
const LEFT_OUT = /^(?:\.|node_modules$|site-packages$|__pycache__$)/;
/** More than a project has: a whole disk on `python.path`, say. */
const MAX_FOLDERS = 2_000;

/**
 * Where a change is a change of the service: the configuration's files, the folders of its modules, and those on `python.path`,
 * with what is below them.
 *
 * @param named The files and folders that the command line names.
 * @param moduleFiles The files of the modules that run.
 */
export function listWatchedFolders(
  { config, files }: LoadedConfig,
  named: readonly string[],
  moduleFiles: readonly string[],
): WatchedFolder[] {
  const { mediaBridge, mediaStorePath, modules } = config;
  const configured = modules.flatMap((entry) =>
    entry.language === "typescript" && isAbsolute(entry.specifier) ? [entry.specifier] : [],
  );
  const roots = [...mediaBridge.python.path, ...[...configured, ...moduleFiles].map((file) => dirname(file))];
  const kept = new Set([mediaBridge.dataPath, mediaStorePath]);
  const sources = new Set<string>();
  for (const root of roots) addFolders(resolve(root), kept, sources);
  return [
    ...files.map((file) => ofFile(resolve(file))),
    ...named.filter(isFolder).map((folder) => ({
      path: resolve(folder),
      isWatched: (name: string) => name.endsWith(".yaml"),
      isFolderWatched: () => false,
    })),
    ...[...sources].map((path) => ({
      path,
      isWatched: isSource,
      isFolderWatched: (name: string) => !LEFT_OUT.test(name) && !kept.has(join(path, name)),
    })),
  ];
}

/** By its folder: many an editor puts another file in its place. */
function ofFile(file: string): WatchedFolder {
  return { path: dirname(file), isWatched: (name) => name === basename(file), isFolderWatched: () => false };
}

function isSource(name: string): boolean {
  return SOURCES.test(name) && !name.startsWith(".");
}

function addFolders(folder: string, kept: ReadonlySet<string>, found: Set<string>): void {
  if (kept.has(folder) || found.has(folder) || found.size >= MAX_FOLDERS) return;
  found.add(folder);
  for (const name of listFolders(folder)) addFolders(join(folder, name), kept, found);
}

function listFolders(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory() && !LEFT_OUT.test(entry.name)).map(({ name }) => name);
  } catch {
    return [];
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
