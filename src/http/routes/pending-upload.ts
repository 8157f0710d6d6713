import { storePendingUpload, type PendingUploadParts } from "../../media/upload/pending-upload.ts";
import { decodeText } from "../request/query.ts";
import { exchangeUpload, type UploadExchangeParts } from "../upload-exchange.ts";
import type { Route } from "./route.ts";

const PATH = /^\/_matrix\/media\/v3\/upload\/([^/]*)\/([^/]*)$/;

/** Client-Server API, `PUT /_matrix/media/v3/upload/{serverName}/{mediaId}`. */
export function pendingUploadRoute(parts: UploadExchangeParts & { readonly upload: PendingUploadParts }): Route {
  return {
    name: "/_matrix/media/v3/upload/{serverName}/{mediaId}",
    path: PATH,
    methods: {
      put(req, res) {
        const [serverName, mediaId] = (PATH.exec(req.path) ?? []).slice(1).map((part) => decodeText(part) ?? "");
        return exchangeUpload(
          req,
          res,
          {
            store: (request, chain) =>
              storePendingUpload(
                { ...request, serverName: serverName ?? "", mediaId: mediaId ?? "" },
                { ...parts.upload, chain },
              ),
            answer: () => ({}),
          },
          parts,
        );
      },
    },
  };
}
