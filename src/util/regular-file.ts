import fs, { type ReadStream, type Stats } from "node:fs";

/**
 * Flags for opening what should be a regular file. A symbolic link in its place is refused (`ELOOP`; the folders above
 * it may be links), and opening a pipe does not wait. Check what was opened before reading it: it may still be
 * something else.
 */
export const READ_IN_PLACE = fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK;

/** The error for a path that is not a regular file. */
export function notRegular(path: string): Error {
  return new Error(`${path} is not a regular file`);
}

/** A regular file as a stream, opened when it is first read; the stream fails where something else is in its place. */
export function readRegularFile(path: string, highWaterMark?: number): ReadStream {
  return fs.createReadStream(path, { fs: REGULAR_ONLY, ...(highWaterMark !== undefined && { highWaterMark }) });
}

type Opened = (error: Error | null, fd?: number) => void;

const REGULAR_ONLY = {
  open(path: string, _flags: unknown, _mode: unknown, opened: Opened): void {
    fs.open(path, READ_IN_PLACE, (error, fd) => {
      if (error) return opened(error.code === "ELOOP" ? notRegular(path) : error);
      fs.fstat(fd, (failure, stats: Stats | undefined) => {
        if (stats?.isFile()) return opened(null, fd);
        fs.close(fd, () => opened(failure ?? notRegular(path)));
      });
    });
  },
  read: fs.read,
  close: fs.close,
};
