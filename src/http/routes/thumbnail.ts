import { findThumbnail, type FoundThumbnail, type ThumbnailParts } from "../../media/thumbnails/find-thumbnail.ts";
import { recordOf } from "../record/request-record.ts";
import type { RequesterOptions } from "../request/authenticate.ts";
import type { Throttle } from "../request/throttle.ts";
import { askedThumbnail } from "../request/query/thumbnail-query.ts";
import { sendFile, sendUnchanged } from "../response/send-file.ts";
import { authenticatedMediaRoute, legacyMediaRoute, wantedMedia, type MediaRequest } from "./media-request.ts";
import type { Route } from "./route.ts";

const AUTHENTICATED = /^\/_matrix\/client\/v1\/media\/thumbnail\/([^/]*)\/([^/]*)$/;
const LEGACY = /^\/_matrix\/media\/(?:v3|r0|v1)\/thumbnail\/([^/]*)\/([^/]*)$/;

/** What both routes need; a thumbnail counts as a download. */
interface ThumbnailRouteParts {
  readonly thumbnails: ThumbnailParts;
  readonly throttle?: Throttle | undefined;
}

/** Client-Server API, `GET /_matrix/client/v1/media/thumbnail/{serverName}/{mediaId}`. */
export function thumbnailRoute(parts: RequesterOptions & ThumbnailRouteParts): Route {
  return authenticatedMediaRoute({
    name: "/_matrix/client/v1/media/thumbnail/{serverName}/{mediaId}",
    path: AUTHENTICATED,
    parts,
    send: (request) => sendThumbnail(request, parts.thumbnails),
  });
}

/** The deprecated routes, which do not ask for a token. */
export function legacyThumbnailRoute(parts: ThumbnailRouteParts & { readonly xForwarded: boolean }): Route {
  return legacyMediaRoute({
    name: "/_matrix/media/…/thumbnail/{serverName}/{mediaId}",
    path: LEGACY,
    parts,
    send: (request) => sendThumbnail(request, parts.thumbnails),
  });
}

async function sendThumbnail(request: MediaRequest, parts: ThumbnailParts): Promise<void> {
  const { req, res, query } = request;
  const record = recordOf(res);
  const chain = parts.chain.knowing({
    request: record?.number,
    onUnenforced: (unenforced) => record?.noteUnenforced(unenforced) ?? true,
  });
  const found = await findThumbnail({ asked: askedThumbnail(query), ...wantedMedia(request) }, { ...parts, chain });
  try {
    const file = { etag: etagOf(found), mediaType: found.thumbnail.type, fileName: null };
    if (!sendUnchanged(req, res, file)) await sendFile(req, res, file, found.reader);
  } finally {
    await found.reader.close();
  }
}

/** One that is made again by another decoder is hardly as long as before, byte for byte. */
function etagOf({ media, thumbnail, reader }: FoundThumbnail): string {
  const { width, height, method, type } = thumbnail;
  return `"${media.sha256 ?? media.mediaId}-${width}-${height}-${method}-${type.split("/").at(-1)}-${reader.size}"`;
}
