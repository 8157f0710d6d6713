import type { Config } from "../config/config.ts";
import { loadHomeserverTokens } from "../config/homeserver-tokens.ts";
import { createHomeserverRequests } from "../homeserver/client/request.ts";
import { createAdminMedia, type SynapseMedia } from "../upstream/synapse-media.ts";
import type { Cleanup } from "./cleanup.ts";

/** Synapse's list of media, undefined where the configuration gives no access to it. Throws a StartError `CONFIG`. */
export function openSynapseMedia(config: Config, cleanup: Cleanup): SynapseMedia | undefined {
  const { homeserver, upstream } = config.mediaBridge;
  const { admin } = loadHomeserverTokens(homeserver);
  if (homeserver === undefined || upstream === undefined || admin === undefined) return undefined;
  const open = (url: string) => {
    const options = { url, adminToken: admin, appserviceToken: undefined, timeoutMs: homeserver.callTimeoutMs };
    const requests = createHomeserverRequests(options);
    cleanup.add(() => requests.close());
    return requests;
  };
  return createAdminMedia(open(upstream.url), open(homeserver.url));
}
