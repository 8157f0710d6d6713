import { receiveUpload, type ReceiveParts } from "../receive-upload.ts";
import { decodePercent } from "../../util/text/percent.ts";
import type { Route } from "./route.ts";

const PATH = /^\/_matrix\/media\/v3\/upload\/([^/]*)\/([^/]*)$/;

/** Client-Server API, `PUT /_matrix/media/v3/upload/{serverName}/{mediaId}`. */
export function asyncUploadRoute(parts: ReceiveParts): Route {
  return {
    name: "/_matrix/media/v3/upload/{serverName}/{mediaId}",
    path: PATH,
    methods: {
      put(req, res) {
        const [serverName = "", mediaId = ""] = (PATH.exec(req.path) ?? [])
          .slice(1)
          .map((raw) => decodePercent(raw) ?? "");
        return receiveUpload(req, res, { serverName, mediaId }, parts);
      },
    },
  };
}
