import { existsSync, readdirSync } from "node:fs";
import { mkdir, readdir, rename, rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { MatrixError, matrixError } from "../errors.ts";
import { findMediaPath, LOCAL_FOLDER, localFile } from "../media-file.ts";

const PART = /^[A-Za-z0-9_-]{2}$/;
const REST = /^[A-Za-z0-9_-]{1,251}$/;
/** An empty folder on the way may be removed between its making and its use. */
const ATTEMPTS = 100;
/**
 * The errors of that case. Node's `mkdir` finds a folder on the way and checks it; where the folder is gone by then, it
 * reports a file in its place.
 */
const GONE_MEANWHILE = new Set(["ENOENT", "ENOTDIR"]);

/** Every path that is shown now, by whatever generation of the service: a path belongs to one upload at a time. */
const shown = new Set<string>();

export interface ShownFile {
  /** Where the file is until then. */
  readonly from: string;
  /** The folder that has the layout of a media store. */
  readonly folder: string;
  readonly mediaId: string;
}

/**
 * Moves a file to the place that Synapse's store has for a media id while `look` runs, and then removes it. A file
 * whose id is too short for such a place is shown where it is.
 */
export async function showFile(
  { from, folder, mediaId }: ShownFile,
  look: (path: string) => Promise<void>,
): Promise<void> {
  const place = findMediaPath(localFile(mediaId));
  if (place === undefined) return look(from);
  const path = join(folder, place);
  if (shown.has(path)) throw matrixError("UPLOAD_UNDER_WAY");
  shown.add(path);
  try {
    await moveTo(path, from);
    await look(path);
  } catch (error) {
    throw MatrixError.is(error) ? error : matrixError("STORE_FAILED", { cause: error });
  } finally {
    await rm(path, { force: true }).catch(() => undefined);
    shown.delete(path);
    await removeIfEmpty(dirname(path), folder);
  }
}

/** Files that an earlier process was showing, relative to the folder. */
export function listShownFiles(folder: string): string[] {
  return namesIn(join(folder, LOCAL_FOLDER), PART).flatMap((first) =>
    namesIn(join(folder, LOCAL_FOLDER, first), PART).flatMap((second) =>
      namesIn(join(folder, LOCAL_FOLDER, first, second), REST).map((rest) => join(LOCAL_FOLDER, first, second, rest)),
    ),
  );
}

/** Removes a folder and the empty folders in it, as far as they are empty. */
export async function removeEmptyFolders(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) if (entry.isDirectory()) await removeEmptyFolders(join(folder, entry.name));
  await rmdir(folder).catch(() => undefined);
}

async function moveTo(path: string, from: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await rename(from, path);
      return;
    } catch (error) {
      if (attempt === ATTEMPTS || !GONE_MEANWHILE.has(String((error as NodeJS.ErrnoException).code))) throw error;
    }
  }
}

/** Removes a folder and those above it, up to `top`, as long as they are empty. */
async function removeIfEmpty(folder: string, top: string): Promise<void> {
  try {
    for (let empty = folder; empty !== top; empty = dirname(empty)) await rmdir(empty);
  } catch {
    // Another upload is shown in there, or has just removed the folder.
  }
}

function namesIn(folder: string, pattern: RegExp): string[] {
  return existsSync(folder) ? readdirSync(folder).filter((name) => pattern.test(name)) : [];
}
