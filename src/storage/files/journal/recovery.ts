import { link, lstat, mkdir, readdir, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { localFile } from "../../../media-file.ts";
import { isSystemError } from "../../failure.ts";
import type { Durability } from "./durability.ts";
import type { Layout } from "../layout.ts";

/** The media ids of the temporary names in a folder. */
export async function listUnsettled(layout: Layout): Promise<string[]> {
  const names = await listNames(layout.uploadsFolder);
  return names.flatMap((name) => layout.mediaIdOf(name) ?? []);
}

/**
 * Ends uploads that an earlier process left unsettled. If the media was stored, re-creates the final name if a power
 * loss removed it, then drops the temporary name. If it was not stored (no row, or a row without content), also deletes
 * the final file, provided that it is the same file as the one under the temporary name.
 */
export async function recoverUploads(
  layout: Layout,
  mediaIds: readonly string[],
  isStored: (mediaId: string) => Promise<boolean>,
  durability: Durability,
): Promise<{ kept: number; removed: number }> {
  const counts = { kept: 0, removed: 0 };
  for (const mediaId of mediaIds) {
    const temporaryPath = layout.temporaryPath(mediaId);
    const contentPath = layout.contentPath(localFile(mediaId));
    if (contentPath === undefined || !(await isPlainFile(temporaryPath))) continue;
    const kept = await isStored(mediaId);
    if (kept) await keep(temporaryPath, contentPath, layout, durability);
    else await remove(temporaryPath, contentPath, durability);
    counts[kept ? "kept" : "removed"]++;
  }
  return counts;
}

async function keep(
  temporaryPath: string,
  contentPath: string,
  { contentFolder }: Layout,
  durability: Durability,
): Promise<void> {
  const leaf = dirname(contentPath);
  try {
    await mkdir(leaf, { recursive: true });
    await link(temporaryPath, contentPath);
  } catch (error) {
    if (!isSystemError(error, "EEXIST")) throw error;
  }
  const folders = [leaf, dirname(leaf), contentFolder, dirname(contentFolder)];
  if (!durability.letGo(temporaryPath, () => folders)) await unlink(temporaryPath);
}

async function remove(temporaryPath: string, contentPath: string, durability: Durability): Promise<void> {
  if (await isSameFile(temporaryPath, contentPath)) {
    await unlink(contentPath);
    await durability.secureRemoval(dirname(contentPath));
  }
  await unlink(temporaryPath);
}

/** The paths of what an earlier process was restoring or making: files, and folders of files. */
export async function listLeftWork(layout: Layout): Promise<string[]> {
  const names = await listNames(layout.uploadsFolder);
  return names.filter((name) => layout.isOfOneRun(name)).map((name) => join(layout.uploadsFolder, name));
}

async function listNames(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return [];
    throw error;
  }
}

async function isPlainFile(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isFile();
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return false;
    throw error;
  }
}

async function isSameFile(path: string, otherPath: string): Promise<boolean> {
  try {
    const [one, other] = await Promise.all([lstat(path, { bigint: true }), lstat(otherPath, { bigint: true })]);
    return one.ino === other.ino && one.dev === other.dev;
  } catch (error) {
    if (isSystemError(error, "ENOENT", "ENOTDIR", "ENAMETOOLONG")) return false;
    throw error;
  }
}
