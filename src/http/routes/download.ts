import type { Request, Response } from "express";
import { MatrixError, matrixError } from "../../errors.ts";
import type { BlobReader } from "../../media/blobs.ts";
import { findMedia, openMedia, type DownloadParts } from "../../media/download/download.ts";
import type { LocalMedia } from "../../media/media-rows.ts";
import { cacheHeaders, etagOf, matchesEtag, mediaHeaders, SAFETY_HEADERS } from "../response/media-headers.ts";
import { decodePercent, decodePercentLeniently } from "../../util/percent.ts";
import { parseQuery, type Query } from "../request/query.ts";
import { parseRange, type ByteRange } from "../request/range.ts";
import { identify, type RequesterOptions } from "../request/authenticate.ts";
import { clientLeaving } from "../request/client-leaving.ts";
import { timeoutOf } from "../request/download-timeout.ts";
import { recordOf } from "../record/request-record.ts";
import type { Route } from "./route.ts";

/** Up to this size a file is read first and sent in one write; larger ones are streamed, with reused buffers. */
const SMALL_BYTES = 16 * 1024;

const AUTHENTICATED = /^\/_matrix\/client\/v1\/media\/download\/([^/]*)\/([^/]*)(?:\/([^/]*))?$/;
const LEGACY = /^\/_matrix\/media\/(?:v3|r0|v1)\/download\/([^/]*)\/([^/]*)(?:\/([^/]*))?$/;

/** Client-Server API, `GET /_matrix/client/v1/media/download/{serverName}/{mediaId}[/{fileName}]`. */
export function downloadRoute(parts: RequesterOptions & { readonly download: DownloadParts }): Route {
  return {
    name: "/_matrix/client/v1/media/download/{serverName}/{mediaId}",
    path: AUTHENTICATED,
    methods: {
      async get(req, res) {
        const query = parseQuery(req.url);
        const { userId } = await identify(req, query, parts);
        const record = recordOf(res);
        if (record) record.userId = userId;
        await serve(req, res, { path: AUTHENTICATED, query }, parts.download);
      },
    },
  };
}

/** The deprecated routes, which do not ask for a token. */
export function legacyDownloadRoute(parts: { readonly download: DownloadParts }): Route {
  return {
    name: "/_matrix/media/…/download/{serverName}/{mediaId}",
    path: LEGACY,
    methods: { get: (req, res) => serve(req, res, { path: LEGACY, query: parseQuery(req.url) }, parts.download) },
  };
}

/** What a request asks for: the pattern that its path matches, and its parameters. */
interface Target {
  readonly path: RegExp;
  readonly query: Query;
}

/** Answers an authenticated request; errors carry the same headers as successes. */
async function serve(req: Request, res: Response, target: Target, parts: DownloadParts): Promise<void> {
  try {
    await download(req, res, target, parts);
  } catch (error) {
    if (!res.headersSent) for (const [name, value] of Object.entries(SAFETY_HEADERS)) res.setHeader(name, value);
    throw error;
  }
}

async function download(req: Request, res: Response, { path, query }: Target, parts: DownloadParts): Promise<void> {
  const [serverName, mediaId, fileName] = (path.exec(req.path) ?? []).slice(1);
  const request = {
    serverName: decodePercent(serverName ?? "") ?? "",
    mediaId: decodePercent(mediaId ?? "") ?? "",
    legacy: path === LEGACY,
    timeoutMs: timeoutOf(query),
    whenGone: clientLeaving(res),
  };
  const media = await findMedia(request, parts);
  if (matchesEtag(req.headers["if-none-match"], media)) {
    res.writeHead(304, cacheHeaders(media)).end();
    return;
  }
  const reader = await openMedia(media, parts);
  try {
    await send(req, res, media, decodeName(fileName), reader);
  } finally {
    await reader.close();
  }
}

async function send(
  req: Request,
  res: Response,
  media: LocalMedia,
  fileName: string | null,
  reader: BlobReader,
): Promise<void> {
  const range = rangeOf(req, media, reader.size);
  const { start, end } = range ?? { start: 0, end: reader.size - 1 };
  const length = end - start + 1;
  const small =
    length > 0 && length <= SMALL_BYTES && req.method !== "HEAD" ? await reader.read(start, length) : undefined;
  res.writeHead(range ? 206 : 200, {
    ...mediaHeaders(media, fileName),
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
function rangeOf(req: Request, media: LocalMedia, size: number): ByteRange | undefined {
  if (req.method === "HEAD") return undefined;
  const condition = req.headers["if-range"];
  if (req.headers.range === undefined || (condition !== undefined && condition !== etagOf(media))) return undefined;
  const range = parseRange(req.headers.range, size);
  if (range === null) throw matrixError("RANGE_NOT_SATISFIABLE", { headers: { "Content-Range": `bytes */${size}` } });
  return range;
}

/** The file name of the path, if it has one. */
function decodeName(raw: string | undefined): string | null {
  return raw ? decodePercentLeniently(raw) : null;
}
