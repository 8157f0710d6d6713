import { storeUpload, type UploadParts } from "../../media/upload/upload.ts";
import { exchangeUpload, type UploadExchange, type UploadExchangeParts } from "../upload-exchange.ts";
import type { Route } from "./route.ts";

/** What the upload route needs. */
export interface UploadRouteParts extends UploadExchangeParts {
  readonly serverName: string;
  readonly upload: UploadParts;
}

/** Client-Server API, `POST /_matrix/media/v3/upload` and its older paths. */
export function uploadRoute(parts: UploadRouteParts): Route {
  const exchange: UploadExchange = {
    store: (request, chain) => storeUpload(request, { ...parts.upload, chain }),
    answer: ({ mediaId }) => ({ content_uri: `mxc://${parts.serverName}/${mediaId}` }),
  };
  return {
    name: "/_matrix/media/…/upload",
    path: /^\/_matrix\/media\/(?:v3|r0|v1)\/upload$/,
    methods: { post: (req, res) => exchangeUpload(req, res, exchange, parts) },
  };
}
