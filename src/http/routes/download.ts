import { findMedia, openMedia, type DownloadParts } from "../../media/download/download.ts";
import { sendFile, sendUnchanged } from "../response/send-file.ts";
import { decodePercentLeniently } from "../../util/text/percent.ts";
import { asksForQuarantined, bypassesQuarantine, type AdministratorOptions } from "../request/administrator.ts";
import type { Throttle } from "../request/throttle.ts";
import { authenticatedMediaRoute, legacyMediaRoute, wantedMedia, type MediaRequest } from "./media-request.ts";
import type { Route } from "./route.ts";

const AUTHENTICATED = /^\/_matrix\/client\/v1\/media\/download\/([^/]*)\/([^/]*)(?:\/([^/]*))?$/;
const LEGACY = /^\/_matrix\/media\/(?:v3|r0|v1)\/download\/([^/]*)\/([^/]*)(?:\/([^/]*))?$/;

/** What both routes need. */
interface DownloadRouteParts {
  readonly download: DownloadParts;
  readonly throttle?: Throttle | undefined;
}

/** Client-Server API, `GET /_matrix/client/v1/media/download/{serverName}/{mediaId}[/{fileName}]`. */
export function downloadRoute(parts: AdministratorOptions & DownloadRouteParts): Route {
  return authenticatedMediaRoute({
    name: "/_matrix/client/v1/media/download/{serverName}/{mediaId}",
    path: AUTHENTICATED,
    parts,
    send: (request) => download(request, bypassOf(request, parts), parts.download),
  });
}

/** The deprecated routes, which do not ask for a token. */
export function legacyDownloadRoute(parts: DownloadRouteParts & { readonly xForwarded: boolean }): Route {
  return legacyMediaRoute({
    name: "/_matrix/media/…/download/{serverName}/{mediaId}",
    path: LEGACY,
    parts,
    send: (request) => download(request, false, parts.download),
  });
}

/** Whether quarantined media is served; not a promise where the client does not ask for that. */
function bypassOf({ req, query, requester }: MediaRequest, options: AdministratorOptions): Promise<boolean> | false {
  return requester !== undefined && asksForQuarantined(query) && bypassesQuarantine(req, query, requester, options);
}

async function download(request: MediaRequest, bypass: Promise<boolean> | false, parts: DownloadParts): Promise<void> {
  const { req, res, groups } = request;
  // To await what is known already takes time as well.
  const wanted = wantedMedia(request, bypass && (await bypass));
  const media = await findMedia(wanted, parts);
  // The content of an id never changes, so the id serves for rows without a hash.
  const etag = `"${media.sha256 ?? media.mediaId}"`;
  const file = { etag, mediaType: media.mediaType, fileName: decodeName(groups[2]) ?? media.uploadName };
  if (sendUnchanged(req, res, file)) return;
  const reader = await openMedia(media, wanted, parts);
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
