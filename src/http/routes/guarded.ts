import type { Request, Response } from "express";
import type { CallbackChain } from "../../callbacks/chain.ts";
import { matrixError } from "../../errors.ts";
import { createThroughUpstream, type CreateParts } from "../../guard/created-ids.ts";
import type { SizedBody } from "../../proxy/exact-body.ts";
import { sendOn } from "../../proxy/stream-request.ts";
import { endToEnd, READ_HERE } from "../../proxy/headers.ts";
import { lowerMaximum } from "../../guard/media-config.ts";
import { passThrough, relay, relayText, whileThere, type PassThroughParts } from "../../proxy/relay.ts";
import { readAnswer } from "../../guard/upload-answer.ts";
import { refuseFormBody } from "../request/form-body.ts";
import { hasDotSegment, looksGuarded } from "../request/path-readings.ts";
import { parseQuery } from "../request/query.ts";
import { contentLengthOf, requestBody, type BodyOptions } from "../request/body.ts";
import { identifyUser, type RequesterOptions } from "../request/authenticate.ts";
import { sendJson } from "../response/json.ts";
import type { Route } from "./route.ts";

/** What routes need that hand requests on. */
export interface PassingParts extends PassThroughParts, BodyOptions {}

export interface ConfigParts extends RequesterOptions, PassingParts {
  readonly chain: CallbackChain;
  readonly maxUploadSizeBytes: number;
}

/**
 * Client-Server API, `GET /_matrix/client/v1/media/config` and its older paths: the modules' answer, else Synapse's own, with our
 * maximum where that is the smaller one.
 */
export function guardedConfigRoute(parts: ConfigParts): Route {
  return {
    name: "/_matrix/…/media/config",
    path: /^\/_matrix\/(?:client\/v1\/media|media\/(?:v3|r0|v1))\/config$/,
    methods: {
      async get(req, res) {
        if (!parts.chain.has("get_media_config_for_user")) return handOnConfig(req, res, parts);
        const { userId } = await identifyUser(req, parseQuery(req.url), parts);
        const decision = await parts.chain.decide("get_media_config_for_user", userId);
        if (decision) sendJson(res, 200, decision.value);
        else await handOnConfig(req, res, parts);
      },
    },
  };
}

async function handOnConfig(req: Request, res: Response, parts: ConfigParts): Promise<void> {
  await whileThere(req, res, parts.xForwarded, async (passage) => {
    const readable = { ...passage, headers: endToEnd(passage.headers, READ_HERE) };
    const answer = await sendOn(parts.upstream, readable, bodyOf(req, res, parts));
    if (answer.status !== 200 || req.method !== "GET") return relay(answer, req, res);
    const text = await readAnswer(answer);
    await relayText(answer, lowerMaximum(text, parts.maxUploadSizeBytes), req, res);
  });
}

/** Client-Server API, `POST /_matrix/media/v1/create`: Synapse makes the id, for users who may be asked for uploads. */
export function guardedCreateRoute(parts: RequesterOptions & PassingParts & CreateParts): Route {
  return {
    name: "/_matrix/media/v1/create",
    path: /^\/_matrix\/media\/v1\/create$/,
    methods: {
      async post(req, res) {
        refuseFormBody(req);
        const { userId } = await identifyUser(req, parseQuery(req.url), parts);
        await whileThere(req, res, parts.xForwarded, async (passage) => {
          const { answer, text } = await createThroughUpstream(passage, bodyOf(req, res, parts), userId, parts);
          await (text ? relayText(answer, text, req, res) : relay(answer, req, res));
        });
      },
    },
  };
}

const MEDIA = [
  /^\/_matrix\/media\//,
  /^\/_matrix\/(?:client|federation)\/(?:v1|unstable\/[^/]+)\/media\//,
  /^\/_synapse\/admin\/v[12]\/(?:media|quarantine_media|purge_media_cache|statistics\/users\/media)(?:\/|$)/,
  /^\/_synapse\/admin\/v[12]\/(?:room|user|users)\/[^/]+\/media(?:\/|$)/,
];

/** Every other media route, with any method: Synapse's. */
export function passingRoute(parts: PassingParts): Route {
  return {
    name: "(handed on)",
    path: new RegExp(MEDIA.map(({ source }) => source).join("|")),
    methods: {
      all(req, res) {
        if (looksGuarded(pathOf(req))) throw matrixError("UNRECOGNIZED");
        return handOn(req, res, parts);
      },
    },
  };
}

/**
 * Hands a request on as it is, to the byte. Throws `UNRECOGNIZED` for a path with a `.` or `..` in it: whoever resolves these on the
 * way would send it to a place that nobody looked at.
 */
export async function handOn(req: Request, res: Response, parts: PassingParts): Promise<void> {
  if (hasDotSegment(pathOf(req))) throw matrixError("UNRECOGNIZED");
  return passThrough(req, res, bodyOf(req, res, parts), parts);
}

function bodyOf(req: Request, res: Response, parts: BodyOptions): SizedBody {
  return { source: requestBody(req, res, parts), sizeBytes: contentLengthOf(req) };
}

function pathOf({ url }: Request): string {
  return url.split("?", 1)[0] ?? "";
}
