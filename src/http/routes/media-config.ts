import type { Chain } from "../../callbacks/chain.ts";
import type { Backend } from "../backends/backend.ts";
import { identifyUser, type RequesterOptions } from "../request/authenticate.ts";
import { clientLeaving } from "../request/client-leaving.ts";
import { parseQuery } from "../request/query/query.ts";
import { recordOf } from "../record/request-record.ts";
import { sendJson } from "../response/json.ts";
import type { Route } from "./route.ts";

/**
 * Client-Server API, `GET /_matrix/client/v1/media/config` and its older paths: the modules' answer, otherwise the
 * backend's.
 */
export function mediaConfigRoute(
  parts: RequesterOptions & { readonly chain: Chain; readonly backend: Backend },
): Route {
  const { backend } = parts;
  return {
    name: "/_matrix/…/media/config",
    path: /^\/_matrix\/(?:client\/v1\/media|media\/(?:v3|r0|v1))\/config$/,
    methods: {
      async get(req, res) {
        if (backend.identifiesUsers && !parts.chain.has("get_media_config_for_user")) {
          return backend.sendMediaConfig(req, res);
        }
        const requester = await identifyUser(req, parseQuery(req.url), parts);
        const record = recordOf(res);
        if (record) record.userId = requester.userId;
        const chain = parts.chain.knowing({
          request: record?.number,
          requester,
          onLeave: clientLeaving(res),
          onUnenforced: (unenforced) => record?.noteUnenforced(unenforced) ?? true,
        });
        const decision = await chain.decide("get_media_config_for_user", requester.userId);
        if (decision) sendJson(res, 200, decision.value);
        else await backend.sendMediaConfig(req, res);
      },
    },
  };
}
