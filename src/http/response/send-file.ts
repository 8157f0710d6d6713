import type { Request, Response } from "express";
import { MatrixError, matrixError } from "../../errors.ts";
import type { BlobReader } from "../../media/blobs.ts";
import { parseRange, type ByteRange } from "../request/query/range.ts";
import { cacheHeaders, matchesEtag, mediaHeaders, SAFETY_HEADERS, type ServedFile } from "./media-headers.ts";

/** Up to this size a file is read first and sent in one write; larger ones are streamed, with reused buffers. */
const SMALL_BYTES = 16 * 1024;

/** Answers an authenticated request for a file; errors carry the same headers as successes. */
export async function withSafety(res: Response, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!res.headersSent) for (const [name, value] of Object.entries(SAFETY_HEADERS)) res.setHeader(name, value);
    throw error;
  }
}

/** Answers 304 where the client has the file already; false where it does not. RFC 9110, section 13.1.2. */
export function sendUnchanged(req: Request, res: Response, file: ServedFile): boolean {
  if (!matchesEtag(req.headers["if-none-match"], file)) return false;
  res.writeHead(304, cacheHeaders(file)).end();
  return true;
}

/** Sends a file, or the range of it that is asked for. The caller closes the reader. */
export async function sendFile(req: Request, res: Response, file: ServedFile, reader: BlobReader): Promise<void> {
  const range = rangeOf(req, file, reader.size);
  const { start, end } = range ?? { start: 0, end: reader.size - 1 };
  const length = end - start + 1;
  const small =
    length > 0 && length <= SMALL_BYTES && req.method !== "HEAD" ? await reader.read(start, length) : undefined;
  res.writeHead(range ? 206 : 200, {
    ...mediaHeaders(file),
    "Content-Length": length,
    ...(range && { "Content-Range": `bytes ${start}-${end}/${reader.size}` }),
  });
  if (small !== undefined || length === 0 || req.method === "HEAD") {
    res.end(small);
    return;
  }
  try {
    await reader.pipe(res, start, end);
  } catch (error) {
    // A client that leaves is not a failure; the request's line in the log says that it left.
    if (req.socket.destroyed && !MatrixError.is(error)) return;
    throw error;
  }
  res.end();
}

/**
 * The range to send; undefined for the whole file. Ranges apply to GET alone. Throws 416 where the file has no bytes
 * there.
 */
function rangeOf(req: Request, { etag }: ServedFile, size: number): ByteRange | undefined {
  if (req.method === "HEAD") return undefined;
  const condition = req.headers["if-range"];
  if (req.headers.range === undefined || (condition !== undefined && condition !== etag)) return undefined;
  const range = parseRange(req.headers.range, size);
  if (range === null) throw matrixError("RANGE_NOT_SATISFIABLE", { headers: { "Content-Range": `bytes */${size}` } });
  return range;
}
