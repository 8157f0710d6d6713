import { matrixError } from "../../errors.ts";
import { handOn, pathOf, type HandOnParts } from "../backends/hand-on.ts";
import { looksGuarded } from "../request/path-readings.ts";
import type { Route } from "./route.ts";

const MEDIA = [
  /^\/_matrix\/media\//,
  /^\/_matrix\/(?:client|federation)\/(?:v1|unstable\/[^/]+)\/media\//,
  /^\/_synapse\/admin\/v[12]\/(?:media|quarantine_media|purge_media_cache|statistics\/users\/media)(?:\/|$)/,
  /^\/_synapse\/admin\/v[12]\/(?:room|user|users)\/[^/]+\/media(?:\/|$)/,
];

/** In front of a Synapse: every media route that is not decided here, with any method. */
export function passThroughRoute(parts: HandOnParts): Route {
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
