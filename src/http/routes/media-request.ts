import type { Request, Response } from "express";
import type { Requester } from "../../homeserver/who/authenticator.ts";
import type { DownloadRequest } from "../../media/download/download.ts";
import { decodePercent } from "../../util/text/percent.ts";
import { recordOf } from "../record/request-record.ts";
import { identify, type RequesterOptions } from "../request/authenticate.ts";
import { clientLeaving } from "../request/client-leaving.ts";
import { timeoutOf } from "../request/download-timeout.ts";
import { parseQuery, type Query } from "../request/query/query.ts";
import { throttleAddress, throttleUser, type Throttle } from "../request/throttle.ts";
import { withSafety } from "../response/send-file.ts";
import type { Route } from "./route.ts";

/** A request for stored media, counted already. */
export interface MediaRequest {
  readonly req: Request;
  readonly res: Response;
  readonly query: Query;
  /** The groups of the route's path, still encoded. */
  readonly groups: readonly (string | undefined)[];
  /** Who asks; absent on the deprecated routes, which ask for no token. */
  readonly requester?: Requester | undefined;
}

/** What routes to media have of their own. */
interface MediaRoute<Parts> {
  readonly name: Route["name"];
  /** Its first two groups are the server's name and the media id. */
  readonly path: RegExp;
  readonly parts: Parts & { readonly throttle?: Throttle | undefined };
  /** Answers; what it throws has the headers of media. */
  readonly send: (request: MediaRequest) => Promise<void>;
}

/** `GET` of media for users: who asks is found out, noted for the log, and counted. */
export function authenticatedMediaRoute({ name, path, parts, send }: MediaRoute<RequesterOptions>): Route {
  return {
    name,
    path,
    methods: {
      async get(req, res) {
        const query = parseQuery(req.url);
        const requester = await identify(req, query, parts);
        const record = recordOf(res);
        if (record) record.userId = requester.userId;
        const request = { req, res, query, groups: groupsOf(req, path), requester };
        await serve(request, () => throttleUser(requester, parts.throttle), send);
      },
    },
  };
}

/** `GET` of media on a deprecated path, which asks for no token: its address is counted. */
export function legacyMediaRoute({ name, path, parts, send }: MediaRoute<{ readonly xForwarded: boolean }>): Route {
  return {
    name,
    path,
    methods: {
      get(req, res) {
        const request = { req, res, query: parseQuery(req.url), groups: groupsOf(req, path) };
        return serve(request, () => throttleAddress(req, parts.xForwarded, parts.throttle), send);
      },
    },
  };
}

/** What the search for media is told of a request. Throws 400 where `timeout_ms` is not a number. */
export function wantedMedia({ res, query, groups, requester }: MediaRequest, seesQuarantined = false): DownloadRequest {
  const [serverName, mediaId] = groups;
  return {
    serverName: decodePercent(serverName ?? "") ?? "",
    mediaId: decodePercent(mediaId ?? "") ?? "",
    legacy: requester === undefined,
    seesQuarantined,
    timeoutMs: timeoutOf(query),
    whenGone: clientLeaving(res),
  };
}

function groupsOf(req: Request, path: RegExp): readonly (string | undefined)[] {
  return (path.exec(req.path) ?? []).slice(1);
}

function serve(
  request: MediaRequest,
  count: () => Promise<void> | undefined,
  send: (request: MediaRequest) => Promise<void>,
): Promise<void> {
  return withSafety(request.res, async () => {
    // Nothing is counted in most configurations, and to await nothing takes time as well.
    const counted = count();
    if (counted) await counted;
    await send(request);
  });
}
