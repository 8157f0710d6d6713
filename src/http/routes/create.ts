import type { Backend } from "../backends/backend.ts";
import { identifyUser, type RequesterOptions } from "../request/authenticate.ts";
import { parseQuery } from "../request/query/query.ts";
import { noteStoring } from "../record/request-record.ts";
import type { Route } from "./route.ts";

/** Client-Server API, `POST /_matrix/media/v1/create`. */
export function createRoute(parts: RequesterOptions & { readonly backend: Backend }): Route {
  return {
    name: "/_matrix/media/v1/create",
    path: /^\/_matrix\/media\/v1\/create$/,
    methods: {
      async post(req, res) {
        parts.backend.checkPost(req);
        const { userId } = await identifyUser(req, parseQuery(req.url), parts);
        noteStoring(res, userId);
        await parts.backend.createId(req, res, userId);
      },
    },
  };
}
