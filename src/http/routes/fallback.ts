import { isMediaId } from "../../media/media-id.ts";
import type { MediaStores } from "../../media/stores.ts";
import { decodePercent } from "../../util/text/percent.ts";
import { handOn, type HandOnParts } from "../backends/hand-on.ts";
import type { Route } from "./route.ts";

export interface FallbackParts extends HandOnParts {
  readonly serverName: string;
  readonly stores: Pick<MediaStores, "media" | "pending">;
}

const MEDIA =
  /^\/_matrix\/(?:client\/v1\/media|media\/(?:v3|r0|v1))\/(?:download|thumbnail)\/([^/]*)\/([^/]*)(?:\/[^/]*)?$/;

/**
 * Routes of a repository with a Synapse behind it. Downloads and thumbnails of media that is not ours are requested
 * from Synapse, which checks the token itself. Everything else is unchanged.
 */
export function withFallback(routes: readonly Route[], parts: FallbackParts): Route[] {
  return routes.map((route) => {
    const { get } = route.methods;
    if (!get || !servesMedia(route.path)) return route;
    return {
      ...route,
      methods: {
        ...route.methods,
        get: async (req, res) => {
          if (await isOurs(req.path, parts)) await get(req, res);
          else await handOn(req, res, parts);
        },
      },
    };
  });
}

function servesMedia(path: RegExp): boolean {
  return ["client/v1/media", "media/v3"].some((place) =>
    ["download", "thumbnail"].some((what) => path.test(`/_matrix/${place}/${what}/a/b`)),
  );
}

async function isOurs(path: string, { serverName, stores }: FallbackParts): Promise<boolean> {
  const [server, mediaId] = (MEDIA.exec(path) ?? []).slice(1).map((raw) => decodePercent(raw) ?? "");
  if (server !== serverName) return false;
  // What cannot be a media id is refused here, as always.
  if (mediaId === undefined || !isMediaId(mediaId)) return true;
  return (await stores.media.find(mediaId)) !== undefined || (await stores.pending.find(mediaId)) !== undefined;
}
