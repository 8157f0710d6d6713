import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../support/root.ts";

const SOURCE = join(ROOT, "faults/disk/shim.c");
let built: string | undefined;

/** A layer between a process and its files. Paths are absolute. */
export interface ShimOptions {
  /** The folder whose files are watched; everything else is ignored. */
  readonly root: string;
  /** A file that gets a record of everything that happens there. */
  readonly log?: string;
  /** A file with the rule by which calls fail; see `shim.c`. */
  readonly rule?: string;
}

/**
 * The environment of a process that is to run on such a disk. Builds the library the first time, which needs a C
 * compiler.
 */
export function diskEnvironment({ root, log, rule }: ShimOptions): Record<string, string> {
  return {
    LD_PRELOAD: (built ??= build()),
    DISK_ROOT: root,
    ...(log !== undefined && { DISK_LOG: log }),
    ...(rule !== undefined && { DISK_RULE: rule }),
  };
}

/** Whether there is a C compiler, and a system on which libraries can be put before others. */
export function canShim(): boolean {
  return process.platform === "linux" && existsSync("/usr/bin/cc");
}

function build(): string {
  const folder = mkdtempSync(join(tmpdir(), "media-bridge-disk-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const library = join(folder, "shim.so");
  execFileSync("cc", ["-shared", "-fPIC", "-O1", "-o", library, SOURCE, "-ldl", "-lpthread"]);
  return library;
}
