import { createMedia, type CreateParts } from "../../media/upload/create-id.ts";
import { parseQuery } from "../request/query.ts";
import { identifyUser, type RequesterOptions } from "../request/authenticate.ts";
import { sendJson } from "../response/json.ts";
import type { Route } from "./route.ts";

/** Client-Server API, `POST /_matrix/media/v1/create`. */
export function createRoute(
  parts: RequesterOptions & { readonly serverName: string; readonly create: CreateParts },
): Route {
  return {
    name: "/_matrix/media/v1/create",
    path: /^\/_matrix\/media\/v1\/create$/,
    methods: {
      async post(req, res) {
        const { userId } = await identifyUser(req, parseQuery(req.url), parts);
        const { mediaId, expiresTs } = await createMedia(userId, parts.create);
        const answer = { content_uri: `mxc://${parts.serverName}/${mediaId}`, unused_expires_at: expiresTs };
        sendJson(res, 200, JSON.stringify(answer));
      },
    },
  };
}
