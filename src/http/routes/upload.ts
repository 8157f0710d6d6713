import { receiveUpload, type ReceiveParts } from "../receive-upload.ts";
import type { Route } from "./route.ts";

/** Client-Server API, `POST /_matrix/media/v3/upload` and its older paths. */
export function uploadRoute(parts: ReceiveParts): Route {
  return {
    name: "/_matrix/media/…/upload",
    path: /^\/_matrix\/media\/(?:v3|r0|v1)\/upload$/,
    methods: {
      post(req, res) {
        parts.backend.checkPost(req);
        return receiveUpload(req, res, undefined, parts);
      },
    },
  };
}
