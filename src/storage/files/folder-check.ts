import { existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { StartError } from "../../errors.ts";
import { isSystemError } from "../failure.ts";
import type { Layout } from "./layout.ts";

/**
 * The names that a trial makes: a folder for the first name of its file, and the second name. Each is followed by the
 * number of its process.
 */
const FIRST_NAME = "check-";
const SECOND_NAME = "media_bridge_check-";
const FIRST_NAMES = /^check-(\d+)-\w{6}$/;
const SECOND_NAMES = /^media_bridge_check-(\d+)$/;

/**
 * Makes the media store where it does not exist. Returns the first layout in which an upload can do its work: a file in
 * the uploads folder, and a second name for it under the content folder. Tries both for real and leaves nothing behind.
 * Throws a StartError `STORE` that names the path and the remedy.
 */
export function chooseLayout(mediaStorePath: string, layouts: readonly Layout[]): Layout {
  try {
    mkdirSync(mediaStorePath, { recursive: true });
    for (const { contentFolder, uploadsFolder } of layouts) {
      removeLeftovers(uploadsFolder, FIRST_NAMES);
      for (const folder of [mediaStorePath, contentFolder]) removeLeftovers(folder, SECOND_NAMES);
    }
    for (const layout of layouts.slice(0, -1)) if (canLink(mediaStorePath, layout)) return layout;
    const last = layouts.at(-1);
    if (last === undefined) throw new TypeError("there is no folder for uploads");
    link(mediaStorePath, last);
    return last;
  } catch (error) {
    throw new StartError("STORE", `The media store ${mediaStorePath} ${explain(error)}`, { cause: error });
  }
}

function canLink(mediaStorePath: string, layout: Layout): boolean {
  try {
    link(mediaStorePath, layout);
    return true;
  } catch {
    // Another file system, or a folder that the service may not write: the last layout's error is the one to show.
    return false;
  }
}

function link(mediaStorePath: string, { contentFolder, uploadsFolder }: Layout): void {
  const hadUploads = existsSync(uploadsFolder);
  const folder = existsSync(contentFolder) ? contentFolder : mediaStorePath;
  const target = join(folder, `${SECOND_NAME}${process.pid}`);
  let probeFolder: string | undefined;
  try {
    mkdirSync(uploadsFolder, { recursive: true, mode: 0o700 });
    probeFolder = mkdtempSync(join(uploadsFolder, `${FIRST_NAME}${process.pid}-`));
    const probe = join(probeFolder, "file");
    writeFileSync(probe, "");
    linkSync(probe, target);
  } finally {
    rmSync(target, { force: true });
    if (probeFolder !== undefined) rmSync(probeFolder, { recursive: true, force: true });
    if (!hadUploads && existsSync(uploadsFolder)) rmdirSync(uploadsFolder);
  }
}

/** Removes what a trial left behind whose process is gone, because the disk failed in the middle of it. */
function removeLeftovers(folder: string, names: RegExp): void {
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    const pid = names.exec(name)?.[1];
    if (pid === undefined || isOther(Number(pid))) continue;
    try {
      rmSync(join(folder, name), { recursive: true });
    } catch {
      // A disk that still fails makes the trial of this process fail as well, which reports it.
    }
  }
}

/** Whether another process with this number exists. */
function isOther(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !isSystemError(error, "ESRCH");
  }
}

function explain(error: unknown): string {
  if (isSystemError(error, "EACCES", "EPERM", "EROFS")) {
    return "cannot be written: give the user of this service write permission there, on a file system with hard links, or set media_store_path to another folder";
  }
  if (isSystemError(error, "EXDEV"))
    return "and its local_content lie on different file systems: set media_store_path to a folder on one";
  if (isSystemError(error, "ENOTDIR", "EEXIST")) return "is not a folder: set media_store_path to one";
  if (isSystemError(error, "ENOSPC", "EDQUOT")) return "is full: make room there";
  return `cannot be used: ${error instanceof Error ? error.message : String(error)}`;
}
