import { constants } from "node:fs";
import { copyFile, link, mkdir, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { findMediaPath, storedMedia, type FileInfo } from "../../media-file.ts";
import type { AskedFile } from "../../shadow/asked.ts";
import type { HeldFile } from "./shadow-run.ts";

const MAX_FILES = 100;
/** Of all files together, where there are several: a refused upload keeps its room on the disk until it was compared. */
const MAX_BYTES = 256 * 2 ** 20;
/** Only the service's own user may read uploads that were refused. */
const OWNER_ONLY = 0o700;

/** A link that several shadows may hold. */
export interface SharedLink {
  /** One more holder. */
  hold(): HeldFile;
  /** The one who made it lets go. */
  release(): void;
}

/**
 * Links to files that shadows are still to look at. A link is the stored file itself, so a candidate never gets one: it
 * looks at a copy of its own, which it may change or remove.
 */
export class KeptFiles {
  readonly #folder: string;
  #last = 0;
  #count = 0;
  #bytes = 0;

  /** @param folder on the file system of uploads, for these links alone */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Removes everything. */
  async clear(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  /**
   * Links a file, in a folder of its own. Resolves once that is done or has failed: the file may go away afterwards.
   * Never rejects.
   */
  async keep(path: string, info: FileInfo): Promise<SharedLink> {
    const folder = join(this.#folder, String((this.#last += 1)));
    this.#count += 1;
    const made = this.#count > MAX_FILES ? undefined : await this.#link(path, folder).catch(() => undefined);
    let holders = 1;
    let copies = 0;
    const release = () => {
      holders -= 1;
      if (holders > 0) return;
      this.#count -= 1;
      this.#bytes -= made?.lengthBytes ?? 0;
      remove(folder);
    };
    return {
      hold() {
        holders += 1;
        return holdCopy(made, { folder: join(folder, String((copies += 1))), info, release });
      },
      release,
    };
  }

  async #link(path: string, folder: string): Promise<AskedFile | undefined> {
    await mkdir(folder, { recursive: true, mode: OWNER_ONLY });
    const linked = join(folder, "file");
    await link(path, linked);
    const { size } = await stat(linked);
    if (this.#bytes > 0 && this.#bytes + size > MAX_BYTES) return undefined;
    this.#bytes += size;
    return { path: linked, lengthBytes: size };
  }
}

interface CopyPlace {
  readonly folder: string;
  readonly info: FileInfo;
  readonly release: () => void;
}

function holdCopy(made: AskedFile | undefined, { folder, info, release }: CopyPlace): HeldFile {
  let copied: Promise<AskedFile | undefined> | undefined;
  return {
    copy: () => (copied ??= copyOf(made, folder, info).catch(() => undefined)),
    release() {
      // A copy that is being made would come back after its removal.
      void (copied ?? Promise.resolve()).finally(() => {
        remove(folder);
        release();
      });
    },
  };
}

/** Copies a file into a folder that has the layout of the media store: modules may read a media id from the path. */
async function copyOf(made: AskedFile | undefined, folder: string, info: FileInfo): Promise<AskedFile | undefined> {
  if (made === undefined) return undefined;
  const place = join(folder, findMediaPath(storedMedia(info)) ?? "file");
  await mkdir(dirname(place), { recursive: true, mode: OWNER_ONLY });
  // Where the file system can share the bytes of two files, this takes no room and no time.
  await copyFile(made.path, place, constants.COPYFILE_FICLONE);
  return { path: place, lengthBytes: made.lengthBytes };
}

function remove(folder: string): void {
  void rm(folder, { recursive: true, force: true }).catch(() => undefined);
}
