import { statSync, watch, type FSWatcher } from "node:fs";
import { join } from "node:path";

/** A folder, without what is below it. */
export interface WatchedFolder {
  readonly path: string;
  /** Whether a file in it matters. */
  isWatched(name: string): boolean;
  /** Whether a folder that is made in it matters. */
  isFolderWatched(name: string): boolean;
}

/** How long nothing may change any more: editors and version control write many files, and some of them twice. */
const SETTLED_MS = 100;

/** Tells of changes in folders, once for all that change together. */
export class FileWatch {
  readonly #onChange: (paths: readonly string[]) => Promise<void>;
  readonly #watchers = new Map<string, FSWatcher>();
  #folders = new Map<string, WatchedFolder[]>();
  readonly #changed = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #isTelling = false;

  /** `onChange` must not reject; it is not called again before it has settled. */
  constructor(onChange: (paths: readonly string[]) => Promise<void>) {
    this.#onChange = onChange;
  }

  /** Watches these folders, and no others any more. */
  watch(folders: readonly WatchedFolder[]): void {
    this.#folders = new Map();
    for (const folder of folders) {
      this.#folders.set(folder.path, [...(this.#folders.get(folder.path) ?? []), folder]);
    }
    for (const [path, watcher] of this.#watchers) if (!this.#folders.has(path)) this.#end(path, watcher);
    for (const path of this.#folders.keys()) if (!this.#watchers.has(path)) this.#begin(path);
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const [path, watcher] of this.#watchers) this.#end(path, watcher);
  }

  #begin(path: string): void {
    try {
      const watcher = watch(path, { persistent: false }, (_event, name) => this.#see(path, name ?? ""));
      // The folder went away: it is watched again once it is named again.
      watcher.on("error", () => this.#end(path, watcher));
      this.#watchers.set(path, watcher);
    } catch {
      // There is no such folder, or not yet.
    }
  }

  #end(path: string, watcher: FSWatcher): void {
    watcher.close();
    this.#watchers.delete(path);
  }

  #see(folder: string, name: string): void {
    const rules = this.#folders.get(folder) ?? [];
    const path = join(folder, name);
    const isFolder = () => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
    if (!rules.some((rule) => rule.isWatched(name) || (rule.isFolderWatched(name) && isFolder()))) return;
    this.#changed.add(path);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#tell(), SETTLED_MS);
  }

  async #tell(): Promise<void> {
    if (this.#isTelling) return;
    this.#isTelling = true;
    while (this.#changed.size > 0) {
      const paths = [...this.#changed].toSorted();
      this.#changed.clear();
      await this.#onChange(paths);
    }
    this.#isTelling = false;
  }
}
