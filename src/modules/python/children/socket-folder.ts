import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeSocket } from "../../../util/sockets/remove-socket.ts";

/** A socket's path has at most 108 bytes (Linux), including the zero at its end; some systems allow fewer. */
const MAX_PATH_BYTES = 100;

/** Numbers of sockets count up over all folders: during a reload there are two folders for a while. */
let lastNumber = 0;
/** Folders that have been cleared of what a killed service left. */
const cleared = new Set<string>();

/**
 * Paths for Unix sockets that only this user can reach: in a folder below `dataPath` or, where that path would be too
 * long, in one below the system's folder for temporary files. The folder is made when the first path is asked for.
 */
export class SocketFolder {
  readonly #preferred: string;
  #folder: string | undefined;
  #lastPath: string | undefined;

  constructor(dataPath: string) {
    this.#preferred = join(dataPath, "sockets");
  }

  /** An unused path; the former socket is removed. */
  nextPath(): string {
    this.#removeLast();
    this.#folder ??= this.#make();
    lastNumber += 1;
    this.#lastPath = join(this.#folder, nameOf(process.pid, lastNumber));
    return this.#lastPath;
  }

  /** Removes what was made, except the folder below `dataPath`. */
  close(): void {
    this.#removeLast();
    if (this.#folder !== undefined && this.#folder !== this.#preferred)
      rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = undefined;
  }

  #make(): string {
    if (Buffer.byteLength(join(this.#preferred, nameOf(process.pid, 1_000_000))) > MAX_PATH_BYTES) {
      return mkdtempSync(join(tmpdir(), "synapse-media-bridge-"));
    }
    mkdirSync(this.#preferred, { recursive: true, mode: 0o700 });
    chmodSync(this.#preferred, 0o700);
    if (cleared.has(this.#preferred)) return this.#preferred;
    cleared.add(this.#preferred);
    for (const name of readdirSync(this.#preferred)) {
      if (!isAlive(Number.parseInt(name, 10))) removeSocket(join(this.#preferred, name));
    }
    return this.#preferred;
  }

  #removeLast(): void {
    if (this.#lastPath !== undefined) removeSocket(this.#lastPath);
    this.#lastPath = undefined;
  }
}

function nameOf(pid: number, number: number): string {
  return `${pid}-${number}.sock`;
}

/** Whether another process with this number exists: a restarted container reuses the numbers of the previous one. */
function isAlive(pid: number): boolean {
  if (Number.isNaN(pid) || pid === process.pid) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
