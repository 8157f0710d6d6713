/** One thing that happened to a disk, or one write to a socket. */
export interface DiskEvent {
  readonly operation: string;
  /** Of the file that a name leads to, or that was written. */
  readonly inode: string;
  /** Where a write begins; the length that a file is cut to. */
  readonly offset: number;
  readonly path: string;
  /** The new name of a link or a rename. */
  readonly other: string;
  readonly data: Buffer;
}

/** Reads what the shim wrote. */
export function readEvents(log: Buffer): DiskEvent[] {
  const events: DiskEvent[] = [];
  for (let at = 0; at < log.length;) {
    const end = log.indexOf(0x0a, at);
    const [operation = "", inode = "", offset, path = "", other = "", length] = log
      .toString("utf8", at, end)
      .split("\t");
    const bytes = Number(length);
    events.push({
      operation,
      inode,
      offset: Number(offset),
      path,
      other,
      data: log.subarray(end + 1, end + 1 + bytes),
    });
    at = end + 1 + bytes;
  }
  return events;
}
