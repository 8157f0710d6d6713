import fs from "node:fs";
import { promisify } from "node:util";
import { READ_IN_PLACE } from "../../util/regular-file.ts";
import { isSystemError } from "../failure.ts";
import { dropBytes, writeChunks } from "./chunks.ts";
import type { DiskLatency } from "./disk-latency.ts";

/** An open file: its descriptor, and its state when it was opened. */
export interface OpenedFile {
  readonly fd: number;
  readonly sizeBytes: number;
  readonly isFile: boolean;
}

type Answer<T> = T | Promise<T>;

/** The short calls of the store, synchronous or asynchronous. Each fails with Node's error of the system call. */
export interface FsOperations {
  /** Makes a file that must not exist yet, open for writing. */
  openNew(path: string): Answer<number>;
  writeAll(fd: number, chunks: Buffer[]): Answer<void>;
  /**
   * Opens a path without waiting, and does not follow a symbolic link there (`ELOOP`). Read it only where it is a file.
   */
  openForReading(path: string): Answer<OpenedFile>;
  /** Reads up to a buffer's length; returns the number of bytes, 0 at the end of the file. */
  read(fd: number, buffer: Buffer, position: number): Answer<number>;
  close(fd: number): Answer<void>;
  link(existingPath: string, newPath: string): Answer<void>;
  unlink(path: string): Answer<void>;
  /** Makes the folder and those above it; returns the topmost that was made, undefined where it existed. */
  makeFolders(path: string, mode?: number): Answer<string | undefined>;
  removeFolder(path: string): Answer<void>;
}

// Not `fs.promises`: its file handles cost more than bare descriptors.
const openFile = promisify(fs.open);
const statFile = promisify(fs.fstat);
const closeFile = promisify(fs.close);

/** Through the thread pool: the event loop does not wait. */
const ASYNC_CALLS: FsOperations = {
  openNew: (path) => openFile(path, "wx"),
  writeAll: writeChunks,
  async openForReading(path) {
    const fd = await openFile(path, READ_IN_PLACE);
    try {
      return describe(fd, await statFile(fd));
    } catch (error) {
      await closeFile(fd);
      throw error;
    }
  },
  read: readInThread,
  close: closeFile,
  link: (existingPath, newPath) => fs.promises.link(existingPath, newPath),
  unlink: (path) => fs.promises.unlink(path),
  makeFolders: (path, mode) => fs.promises.mkdir(path, { recursive: true, mode }),
  removeFolder: (path) => fs.promises.rmdir(path),
};

/** For pieces of a large file, whatever the disk: reading one takes as long as many short calls. */
export function readInThread(fd: number, buffer: Buffer, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.read(fd, buffer, 0, buffer.length, position, (error, bytes) => (error ? reject(error) : resolve(bytes)));
  });
}

/** On the event loop, measured. */
function createSyncCalls(pace: DiskLatency): FsOperations {
  return {
    openNew: (path) => pace.time(() => fs.openSync(path, "wx")),
    writeAll: (fd, chunks) => pace.time(() => writeChunksSync(fd, chunks)),
    openForReading: (path) => pace.time(() => openForReadingSync(path)),
    read: (fd, buffer, position) => pace.time(() => fs.readSync(fd, buffer, 0, buffer.length, position)),
    close: (fd) => pace.time(() => fs.closeSync(fd)),
    link: (existingPath, newPath) => pace.time(() => fs.linkSync(existingPath, newPath)),
    unlink: (path) => pace.time(() => fs.unlinkSync(path)),
    makeFolders: (path, mode) => pace.time(() => makeFoldersSync(path, mode)),
    removeFolder: (path) => pace.time(() => fs.rmdirSync(path)),
  };
}

/** Chooses the way for each call anew. */
export function createCalls(pace: DiskLatency): () => FsOperations {
  const syncCalls = createSyncCalls(pace);
  return () => (pace.isFast ? syncCalls : ASYNC_CALLS);
}

/** One call where only the last folder is missing, as is usual; `recursive` alone checks each of them. */
function makeFoldersSync(path: string, mode?: number): string | undefined {
  try {
    fs.mkdirSync(path, { mode });
    return path;
  } catch (error) {
    if (isSystemError(error, "EEXIST")) return undefined;
    return fs.mkdirSync(path, { recursive: true, mode });
  }
}

function writeChunksSync(fd: number, chunks: readonly Buffer[]): void {
  for (let rest: readonly Buffer[] = chunks; rest.length > 0;) rest = dropBytes(rest, fs.writevSync(fd, rest));
}

function openForReadingSync(path: string): OpenedFile {
  const fd = fs.openSync(path, READ_IN_PLACE);
  try {
    return describe(fd, fs.fstatSync(fd));
  } catch (error) {
    fs.closeSync(fd);
    throw error;
  }
}

function describe(fd: number, stats: fs.Stats): OpenedFile {
  return { fd, sizeBytes: stats.size, isFile: stats.isFile() };
}
