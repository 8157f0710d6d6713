import type { Request, Response } from "express";
import { findMedia, openMedia, type DownloadParts } from "../../media/download/download.ts";
import { sendFile, sendUnchanged, withSafety } from "../response/send-file.ts";
import { decodePercent, decodePercentLeniently } from "../../util/text/percent.ts";
import { parseQuery, type Query } from "../request/query/query.ts";
import { asksForQuarantined, bypassesQuarantine, type AdministratorOptions } from "../request/administrator.ts";
import { identify } from "../request/authenticate.ts";
import { clientLeaving } from "../request/client-leaving.ts";
import { throttleAddress, throttleUser, type Throttle } from "../request/throttle.ts";
import { timeoutOf } from "../request/download-timeout.ts";
import { recordOf } from "../record/request-record.ts";
import type { Route } from "./route.ts";

const AUTHENTICATED = /^\/_matrix\/client\/v1\/media\/download\/([^/]*)\/([^/]*)(?:\/([^/]*))?$/;
const LEGACY = /^\/_matrix\/media\/(?:v3|r0|v1)\/download\/([^/]*)\/([^/]*)(?:\/([^/]*))?$/;

/** Client-Server API, `GET /_matrix/client/v1/media/download/{serverName}/{mediaId}[/{fileName}]`. */
export function downloadRoute(
  parts: AdministratorOptions & { readonly download: DownloadParts; readonly throttle?: Throttle | undefined },
): Route {
  return {
    name: "/_matrix/client/v1/media/download/{serverName}/{mediaId}",
    path: AUTHENTICATED,
    methods: {
      async get(req, res) {
        const query = parseQuery(req.url);
        const requester = await identify(req, query, parts);
        const record = recordOf(res);
        if (record) record.userId = requester.userId;
        const seesQuarantined = asksForQuarantined(query)
          ? () => bypassesQuarantine(req, query, requester, parts)
          : undefined;
        const counted = () => throttleUser(requester, parts.throttle);
        await serve(req, res, { path: AUTHENTICATED, query, seesQuarantined, counted }, parts.download);
      },
    },
  };
}

/** The deprecated routes, which do not ask for a token. */
export function legacyDownloadRoute(parts: {
  readonly download: DownloadParts;
  readonly xForwarded: boolean;
  readonly throttle?: Throttle | undefined;
}): Route {
  return {
    name: "/_matrix/media/…/download/{serverName}/{mediaId}",
    path: LEGACY,
    methods: {
      get(req, res) {
        const counted = () => throttleAddress(req, parts.xForwarded, parts.throttle);
        return serve(req, res, { path: LEGACY, query: parseQuery(req.url), counted }, parts.download);
      },
    },
  };
}

/** What a request asks for: the pattern that its path matches, and its parameters. */
interface Target {
  readonly path: RegExp;
  readonly query: Query;
  /** Whether quarantined media is served; absent where the client does not ask for that. */
  readonly seesQuarantined?: (() => Promise<boolean>) | undefined;
  /** Counts the request; rejects where there are too many, and is undefined where none are counted. */
  readonly counted: () => Promise<void> | undefined;
}

function serve(req: Request, res: Response, target: Target, parts: DownloadParts): Promise<void> {
  return withSafety(res, async () => {
    // Nothing is counted in most configurations, and to await nothing takes time as well.
    const counted = target.counted();
    if (counted) await counted;
    await download(req, res, target, parts);
  });
}

async function download(req: Request, res: Response, target: Target, parts: DownloadParts): Promise<void> {
  const { path, query } = target;
  const [serverName, mediaId, fileName] = (path.exec(req.path) ?? []).slice(1);
  const request = {
    serverName: decodePercent(serverName ?? "") ?? "",
    mediaId: decodePercent(mediaId ?? "") ?? "",
    legacy: path === LEGACY,
    seesQuarantined: target.seesQuarantined ? await target.seesQuarantined() : false,
    timeoutMs: timeoutOf(query),
    whenGone: clientLeaving(res),
  };
  const media = await findMedia(request, parts);
  // The content of an id never changes, so the id serves for rows without a hash.
  const etag = `"${media.sha256 ?? media.mediaId}"`;
  const file = { etag, mediaType: media.mediaType, fileName: decodeName(fileName) ?? media.uploadName };
  if (sendUnchanged(req, res, file)) return;
  const reader = await openMedia(media, parts);
  try {
    await sendFile(req, res, file, reader);
  } finally {
    await reader.close();
  }
}

/** The file name of the path, if it has one. */
function decodeName(raw: string | undefined): string | null {
  return raw ? decodePercentLeniently(raw) : null;
}
