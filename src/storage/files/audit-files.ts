import { createHash } from "node:crypto";
import { link, lstat, mkdir, opendir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { localFile } from "../../media-file.ts";
import { StartError } from "../../errors.ts";
import type { FileState, AuditFiles } from "../../media/audit/verification.ts";
import { readRegularFile } from "../../util/regular-file.ts";
import { isSystemError } from "../failure.ts";
import { Layout } from "./layout.ts";
import { UPLOADS_FOLDER } from "./journal/uploads-folder.ts";

const PIECE_BYTES = 1024 * 1024;
const LOST_AND_FOUND = "lost+found";

/** {@link AuditFiles} of a folder in Synapse's layout. */
export class FilesystemAuditFiles implements AuditFiles {
  readonly #mediaStorePath: string;
  readonly #layouts: readonly [Layout, Layout];

  /** @param uploadsFolder where the service keeps temporary names, unless that is on another file system */
  constructor(mediaStorePath: string, uploadsFolder: string) {
    this.#mediaStorePath = mediaStorePath;
    this.#layouts = [
      new Layout(mediaStorePath, uploadsFolder),
      new Layout(mediaStorePath, join(mediaStorePath, UPLOADS_FOLDER)),
    ];
  }

  async inspect(mediaId: string, expectedBytes: number): Promise<FileState> {
    const path = this.#pathOf(mediaId);
    if (path === undefined) return { is: "missing" };
    try {
      const found = await lstat(path);
      if (!found.isFile()) return { is: "unreadable", reason: "it is not a file" };
      if (found.size !== expectedBytes) return { is: "there", sizeBytes: found.size, sha256: null };
      return { is: "there", sizeBytes: found.size, sha256: await hashFile(path) };
    } catch (error) {
      if (isSystemError(error, "ENOENT", "ENOTDIR", "ENAMETOOLONG")) return { is: "missing" };
      return { is: "unreadable", reason: (error as Error).message };
    }
  }

  async *mediaIds(): AsyncIterable<string> {
    const { contentFolder } = this.#layouts[0];
    for await (const first of namesIn(contentFolder)) {
      for await (const second of namesIn(join(contentFolder, first))) {
        for await (const rest of namesIn(join(contentFolder, first, second))) {
          const mediaId = first + second + rest;
          // A name of another form is not a media file.
          if (this.#pathOf(mediaId) === join(contentFolder, first, second, rest)) yield mediaId;
        }
      }
    }
  }

  async exists(mediaId: string): Promise<boolean> {
    const path = this.#pathOf(mediaId);
    return path !== undefined && (await isThere(path));
  }

  async isUnderWay(mediaId: string): Promise<boolean> {
    for (const layout of this.#layouts) if (await isThere(layout.temporaryPath(mediaId))) return true;
    return false;
  }

  async setAside(mediaId: string): Promise<string> {
    const path = this.#pathOf(mediaId);
    if (path === undefined) throw new TypeError(`${mediaId} has no file`);
    const folder = join(this.#mediaStorePath, LOST_AND_FOUND);
    try {
      await mkdir(folder, { recursive: true });
      for (let number = 0; ; number++) {
        const target = join(folder, number === 0 ? mediaId : `${mediaId}.${number}`);
        try {
          // Unlike a rename, a link never replaces a file that was moved here before.
          await link(path, target);
          await unlink(path);
          return target;
        } catch (error) {
          if (!isSystemError(error, "EEXIST")) throw error;
        }
      }
    } catch (error) {
      const reason = (error as Error).message;
      throw new StartError("STORE", `${path} cannot be moved to ${folder}: ${reason}; make that folder writable`, {
        cause: error,
      });
    }
  }

  #pathOf(mediaId: string): string | undefined {
    return this.#layouts[0].contentPath(localFile(mediaId));
  }
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of readRegularFile(path, PIECE_BYTES)) hash.update(piece as Buffer);
  return hash.digest("hex");
}

async function* namesIn(folder: string): AsyncIterable<string> {
  try {
    for await (const { name } of await opendir(folder)) yield name;
  } catch (error) {
    // Missing, not a folder, or gone in the meantime: an upload that failed removes its folders.
    if (!isSystemError(error, "ENOENT", "ENOTDIR")) throw error;
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (isSystemError(error, "ENOENT", "ENOTDIR", "ENAMETOOLONG")) return false;
    throw error;
  }
}
