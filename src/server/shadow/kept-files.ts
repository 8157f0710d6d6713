import { constants } from "node:fs";
import { copyFile, link, mkdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { findMediaPath, storedMedia, type FileInfo } from "../../media-file.ts";
import type { AskedFile } from "../../shadow/asked.ts";

const MAX_FILES = 100;
/** Of all files together, where there are several: a refused upload keeps its room on the disk until it was compared. */
const MAX_BYTES = 256 * 2 ** 20;
/** Only the service's own user may read uploads that were refused. */
const OWNER_ONLY = 0o700;

/** Brings a file to a place. */
type BringFile = (from: string, to: string) => Promise<void>;

/** The file that a question is about. */
export interface HeldFile {
  /** A copy for the candidate alone, made by the first call. Undefined where that fails. Never rejects. */
  copy(): Promise<AskedFile | undefined>;
  /** It is not needed any more. */
  release(): void;
}

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
  keep(path: string, info: FileInfo): Promise<SharedLink> {
    return this.#take(path, info, link);
  }

  /** As `keep`, of a link that is handed over: nothing is left at its path. */
  async takeOver(path: string, info: FileInfo): Promise<SharedLink> {
    const taken = await this.#take(path, info, rename);
    await rm(path, { force: true }).catch(() => undefined);
    return taken;
  }

  async #take(path: string, info: FileInfo, bring: BringFile): Promise<SharedLink> {
    const folder = join(this.#folder, String((this.#last += 1)));
    this.#count += 1;
    const made = this.#count > MAX_FILES ? undefined : await this.#bring(path, folder, bring).catch(() => undefined);
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

  async #bring(path: string, folder: string, bring: BringFile): Promise<AskedFile | undefined> {
    await mkdir(folder, { recursive: true, mode: OWNER_ONLY });
    const linked = join(folder, "file");
    await bring(path, linked);
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
