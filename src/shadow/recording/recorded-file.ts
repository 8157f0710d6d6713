import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import type { RecordedFile } from "./format.ts";

/** To hash a larger file would take too much of a moment from the requests that are under way. */
const MAX_HASHED_BYTES = 2 ** 20;

/** What a recording says of a file: its length and, where it is small, its hash. Undefined where it cannot be read. */
export async function recordedFile(path: string, maxHashedBytes = MAX_HASHED_BYTES): Promise<RecordedFile | undefined> {
  try {
    // A path of a recording may be of anything: a pipe would be waited for, and a device read without end.
    await using handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const facts = await handle.stat();
    if (!facts.isFile()) return undefined;
    const { size: bytes } = facts;
    if (bytes > maxHashedBytes) return { bytes };
    const hash = createHash("sha256");
    for await (const chunk of handle.createReadStream({ autoClose: false }) as AsyncIterable<Buffer>)
      hash.update(chunk);
    return { bytes, sha256: hash.digest("hex") };
  } catch {
    return undefined;
  }
}

/** Whether a file is still the one that was recorded. */
export async function isSameFile(path: string, recorded: RecordedFile): Promise<boolean> {
  const found = await recordedFile(path, recorded.sha256 === undefined ? 0 : Infinity);
  return found?.bytes === recorded.bytes && (recorded.sha256 === undefined || found.sha256 === recorded.sha256);
}
