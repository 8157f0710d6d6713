import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, realpathSync, rmSync, statSync, truncateSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A file system of its own, in memory. */
export class SmallDisk {
  readonly path = realpathSync(mkdtempSync(join(tmpdir(), "small-disk-")));

  /** Takes all room that is left. */
  fill(): void {
    const filler = openSync(this.#filler, "a");
    try {
      for (let bytes = 2 ** 16; bytes >= 1; bytes = bytes / 2) write(filler, bytes);
    } finally {
      closeSync(filler);
    }
  }

  /** Gives so many pages of 4 KiB back. */
  give(pages: number): void {
    truncateSync(this.#filler, statSync(this.#filler).size - pages * 4_096);
  }

  /** Gives all room back. */
  free(): void {
    rmSync(this.#filler, { force: true });
  }

  get #filler(): string {
    return join(this.path, "filler");
  }
}

/** Writes so many bytes at a time, until that fails. */
function write(file: number, bytes: number): void {
  try {
    while (writeSync(file, Buffer.alloc(bytes)) === bytes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  }
}

/** Mounts a disk of so many megabytes, for one test. */
export function mountDisk(megabytes: number): SmallDisk {
  const disk = new SmallDisk();
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m,mode=700`, "tmpfs", disk.path]);
  onTestFinished(() => {
    // Files may be open for a moment.
    execFileSync("umount", ["--lazy", disk.path]);
    rmSync(disk.path, { recursive: true });
  });
  return disk;
}

/** Whether this user may mount file systems, which takes root. */
export const canMount = tryMount();

function tryMount(): boolean {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  const folder = mkdtempSync(join(tmpdir(), "small-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], { stdio: "ignore" });
    execFileSync("umount", [folder], { stdio: "ignore" });
    return true;
  } catch {
    // A container without that right.
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
