import { existsSync, linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { StartError } from "../../errors.ts";
import { isSystemError } from "../failure.ts";
import type { Layout } from "./layout.ts";

/**
 * Makes the media store where it does not exist and does once what every upload does: a file, and a second name for it
 * under the content folder. Leaves nothing behind. Throws a StartError `STORE` that names the path and what to do.
 */
export function checkFolder(mediaStorePath: string, layout: Layout): void {
  let probeFolder: string | undefined;
  let linked: string | undefined;
  try {
    mkdirSync(mediaStorePath, { recursive: true });
    probeFolder = mkdtempSync(join(mediaStorePath, "media_bridge_check-"));
    const probe = join(probeFolder, "file");
    writeFileSync(probe, "");
    const target = existsSync(layout.contentFolder)
      ? `${join(layout.contentFolder, "media_bridge_check-")}${process.pid}`
      : `${probe}-2`;
    linkSync(probe, target);
    linked = target;
  } catch (error) {
    throw new StartError("STORE", `The media store ${mediaStorePath} ${explain(error)}`, { cause: error });
  } finally {
    if (linked !== undefined) rmSync(linked, { force: true });
    if (probeFolder !== undefined) rmSync(probeFolder, { recursive: true, force: true });
  }
}

function explain(error: unknown): string {
  if (isSystemError(error, "EACCES", "EPERM", "EROFS")) {
    return "cannot be written: give the user of this service write permission there, on a file system with hard links, or set media_store_path to another folder";
  }
  if (isSystemError(error, "EXDEV"))
    return "and its local_content lie on different file systems: set media_store_path to a folder on one";
  if (isSystemError(error, "ENOTDIR", "EEXIST")) return "is no folder: set media_store_path to one";
  if (isSystemError(error, "ENOSPC", "EDQUOT")) return "is full: make room there";
  return `cannot be used: ${error instanceof Error ? error.message : String(error)}`;
}
