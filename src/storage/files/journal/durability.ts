import { flushContent, flushFile, flushFolder, flushFoldersTo } from "../../flush/disk-flush.ts";
import { SharedFlush } from "../../flush/shared-flush.ts";
import { JournalSweeper, type SweeperOptions } from "./journal-sweeper.ts";

/** What of an upload survives a power loss, and from when on. Each call fails with Node's error of the system call. */
export interface Durability {
  /** Flushes the content of an open file, and its temporary name, before it gets its final name. */
  secure(fd: number): Promise<void> | void;
  /** Flushes the content of a restored file before it gets its final name. */
  secureFile(path: string): Promise<void> | void;
  /** Flushes the removal of names from a folder, before the temporary name that represents them is removed. */
  secureRemoval(folder: string): Promise<void> | void;
  /**
   * Call this once the row is committed: the temporary name may be removed once the final one is on disk. `folders`
   * answers those in which the upload made names. False where the caller must remove the temporary name at once.
   */
  letGo(temporaryPath: string, folders: () => readonly string[]): boolean;
  /**
   * Removes every temporary name that waits for it. Never rejects: what cannot be removed now is removed later, or at
   * the next start.
   */
  sweep(): Promise<void>;
  close(): Promise<void>;
}

/** Absolute paths of folders that exist. */
export interface DurableFolders {
  readonly uploadsFolder: string;
  readonly mediaStorePath: string;
}

/** Leaves it to the operating system when data reaches the disk. */
export const RELAXED: Durability = {
  secure: () => undefined,
  secureFile: () => undefined,
  secureRemoval: () => undefined,
  letGo: () => false,
  sweep: async () => undefined,
  close: async () => undefined,
};

/** @param places the folders of the temporary names and of the files: both must exist themselves */
export function createFullDurability(places: DurableFolders, options: SweeperOptions): Durability {
  const { uploadsFolder, mediaStorePath } = places;
  const sweeper = new JournalSweeper(options);
  let areParentsFlushed = false;
  const names = new SharedFlush(async () => {
    if (areParentsFlushed) return flushFolder(uploadsFolder);
    await flushFoldersTo(uploadsFolder);
    await flushFoldersTo(mediaStorePath);
    areParentsFlushed = true;
  });
  return {
    async secure(fd) {
      const outcomes = await Promise.allSettled([flushContent(fd), names.run()]);
      for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
    },
    secureFile: flushFile,
    secureRemoval: flushFolder,
    letGo(temporaryPath, folders) {
      sweeper.add(temporaryPath, folders());
      return true;
    },
    sweep: () => sweeper.sweep(),
    close: () => sweeper.close(),
  };
}
