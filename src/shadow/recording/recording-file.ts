import { constants } from "node:fs";
import { access, type FileHandle, lstat, open, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { StartError } from "../../errors.ts";
import { Turns } from "../../util/concurrency/turns.ts";
import { MAX_LINE_BYTES, type RecordingHeader, toLine } from "./format.ts";
import { headerOf } from "./read-recording.ts";

const OWNER_ONLY = 0o600;
const OTHERS = 0o077;
const OTHERS_WRITE = 0o022;
const STICKY = 0o1000;
const FLAGS = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const HEADER_BYTES = 64 * 1024;

/** A recording that lines are added to. */
export class RecordingFile {
  readonly #handle: FileHandle;
  /** Two generations of a service may write to it. */
  readonly #turns = new Turns(1);
  #sizeBytes: number;
  /** Whether a write failed, which may have left half a line behind, and that could not be removed. */
  #isUnsure = false;

  private constructor(handle: FileHandle, sizeBytes: number) {
    this.#handle = handle;
    this.#sizeBytes = sizeBytes;
  }

  /**
   * Opens a recording to add to it, or begins one, which its owner alone can read. Rejects with a StartError where
   * others may write to it or read it, where it belongs to another server, and where it is something else.
   */
  static async open(path: string, header: RecordingHeader): Promise<RecordingFile> {
    await expectOwnFolder(path);
    const isNew = (await lstat(path).catch(() => undefined)) === undefined;
    const handle = await openFile(path, FLAGS);
    try {
      await expectOwnFile(path, handle);
      const file = new RecordingFile(handle, (await handle.stat()).size);
      if (file.#sizeBytes === 0) await file.append(toLine(header));
      else await file.#continue(path, header);
      return file;
    } catch (error) {
      await handle.close();
      if (isNew) await rm(path, { force: true }).catch(() => undefined);
      throw error instanceof StartError ? error : cannotWrite(path, error as Error);
    }
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Adds whole lines, after those that are being added. Rejects where that fails; nothing is left of them then. */
  async append(lines: string): Promise<void> {
    await this.#turns.take();
    try {
      if (this.#isUnsure) await this.#removeHalfLine();
      await this.#write(lines);
    } finally {
      this.#turns.pass();
    }
  }

  async #write(lines: string): Promise<void> {
    const { size } = await this.#handle.stat();
    try {
      await this.#handle.appendFile(lines);
      this.#sizeBytes += Buffer.byteLength(lines);
    } catch (error) {
      await this.#handle.truncate(size).catch(() => (this.#isUnsure = true));
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  async #continue(path: string, { server_name: server }: RecordingHeader): Promise<void> {
    await expectHeader(path, this.#handle, server);
    await this.#removeHalfLine();
  }

  /** A stop of the machine, or a full disk, may have cut the last line. */
  async #removeHalfLine(): Promise<void> {
    const { size } = await this.#handle.stat();
    const from = Math.max(0, size - MAX_LINE_BYTES - 1);
    const tail = await readPart(this.#handle, from, size - from);
    const end = from + tail.lastIndexOf("\n") + 1;
    if (end < size) await this.#handle.truncate(end);
    this.#sizeBytes = end;
    this.#isUnsure = false;
  }
}

async function readPart(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await handle.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}

async function expectHeader(path: string, handle: FileHandle, server: string): Promise<void> {
  const start = await readPart(handle, 0, HEADER_BYTES);
  const end = start.indexOf("\n");
  const { server_name: known } = headerOf(path, { text: end === -1 ? undefined : start.subarray(0, end).toString() });
  if (known === server) return;
  throw new StartError("CONFIG", `${path} is a recording of ${known}, not of ${server}: name another file`);
}

/** Looks whether a recording could be begun or continued, and makes nothing. Rejects with a StartError. */
export async function expectRecordable(path: string, serverName: string): Promise<void> {
  await expectOwnFolder(path);
  const exists = (await lstat(path).catch(() => undefined)) !== undefined;
  if (!exists) {
    await access(dirname(path), constants.W_OK | constants.X_OK).catch((cause: Error) => {
      throw cannotWrite(path, cause);
    });
    return;
  }
  await using handle = await openFile(path, constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  await expectOwnFile(path, handle);
  if ((await handle.stat()).size > 0) await expectHeader(path, handle, serverName);
}

/** Rejects with a StartError where another user could put another file in the place of this one. */
async function expectOwnFolder(path: string): Promise<void> {
  const folder = dirname(path);
  const { mode } = await stat(folder).catch((cause: Error) => {
    throw cannotWrite(path, cause);
  });
  if ((mode & OTHERS_WRITE) !== 0 && (mode & STICKY) === 0) {
    throw new StartError(
      "CONFIG",
      `${path}: other users may write to the folder ${folder}, and the recording has user ids in it: chmod go-w ${folder}, or name a file in another folder`,
    );
  }
}

async function openFile(path: string, flags: number): Promise<FileHandle> {
  return open(path, flags, OWNER_ONLY).catch((cause: NodeJS.ErrnoException) => {
    throw cause.code === "ELOOP"
      ? new StartError("CONFIG", `${path} is a symbolic link: name the file itself`, { cause })
      : cannotWrite(path, cause);
  });
}

async function expectOwnFile(path: string, handle: FileHandle): Promise<void> {
  const facts = await handle.stat();
  const { mode, uid } = facts;
  if (!facts.isFile()) throw new StartError("CONFIG", `${path} is not a file: name a file`);
  const user = process.geteuid?.();
  if (user !== undefined && uid !== user) {
    throw new StartError("CONFIG", `${path} belongs to user ${uid}, and this is user ${user}: name another file`);
  }
  if ((mode & OTHERS) !== 0) {
    throw new StartError(
      "CONFIG",
      `${path}: other users may read or write it, and a recording has user ids in it: chmod 600 ${path}`,
    );
  }
}

function cannotWrite(path: string, cause: Error): StartError {
  return new StartError("CONFIG", `${path} cannot be written: ${cause.message}`, { cause });
}
