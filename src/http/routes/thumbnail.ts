import type { Request, Response } from "express";
import { findThumbnail, type FoundThumbnail, type ThumbnailParts } from "../../media/thumbnails/find-thumbnail.ts";
import { decodePercent } from "../../util/text/percent.ts";
import { recordOf } from "../record/request-record.ts";
import { identify, type RequesterOptions } from "../request/authenticate.ts";
import { clientLeaving } from "../request/client-leaving.ts";
import { timeoutOf } from "../request/download-timeout.ts";
import { throttleAddress, throttleUser, type Throttle } from "../request/throttle.ts";
import { parseQuery, type Query } from "../request/query/query.ts";
import { askedThumbnail } from "../request/query/thumbnail-query.ts";
import { sendFile, sendUnchanged, withSafety } from "../response/send-file.ts";
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
  return {
    name: "/_matrix/client/v1/media/thumbnail/{serverName}/{mediaId}",
    path: AUTHENTICATED,
    methods: {
      async get(req, res) {
        const query = parseQuery(req.url);
        const requester = await identify(req, query, parts);
        const record = recordOf(res);
        if (record) record.userId = requester.userId;
        const counted = () => throttleUser(requester, parts.throttle);
        await serve(req, res, { path: AUTHENTICATED, query, counted }, parts.thumbnails);
      },
    },
  };
}

/** The deprecated routes, which do not ask for a token. */
export function legacyThumbnailRoute(parts: ThumbnailRouteParts & { readonly xForwarded: boolean }): Route {
  return {
    name: "/_matrix/media/…/thumbnail/{serverName}/{mediaId}",
    path: LEGACY,
    methods: {
      get(req, res) {
        const counted = () => throttleAddress(req, parts.xForwarded, parts.throttle);
        return serve(req, res, { path: LEGACY, query: parseQuery(req.url), counted }, parts.thumbnails);
      },
    },
  };
}

/** What a request asks for: the pattern that its path matches, and its parameters. */
interface Target {
  readonly path: RegExp;
  readonly query: Query;
  /** Counts the request; rejects where there are too many, and is undefined where none are counted. */
  readonly counted: () => Promise<void> | undefined;
}

function serve(req: Request, res: Response, target: Target, parts: ThumbnailParts): Promise<void> {
  return withSafety(res, async () => {
    const counted = target.counted();
    if (counted) await counted;
    await sendThumbnail(req, res, target, parts);
  });
}

async function sendThumbnail(
  req: Request,
  res: Response,
  { path, query }: Target,
  parts: ThumbnailParts,
): Promise<void> {
  const [serverName, mediaId] = (path.exec(req.path) ?? []).slice(1);
  const record = recordOf(res);
  const chain = parts.chain.knowing({
    request: record?.number,
    onUnenforced: (unenforced) => record?.noteUnenforced(unenforced) ?? true,
  });
  const found = await findThumbnail(
    {
      serverName: decodePercent(serverName ?? "") ?? "",
      mediaId: decodePercent(mediaId ?? "") ?? "",
      legacy: path === LEGACY,
      asked: askedThumbnail(query),
      timeoutMs: timeoutOf(query),
      whenGone: clientLeaving(res),
    },
    { ...parts, chain },
  );
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
