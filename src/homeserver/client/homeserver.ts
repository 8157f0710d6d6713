import type { HomeserverClient } from "./homeserver-client.ts";
import { createHomeserverClient } from "./create-client.ts";
import { HomeserverNotConfigured } from "./refusal.ts";
import { createHomeserverRequests, type HomeserverRequests } from "./request.ts";

/** The homeserver as modules reach it: typed for TypeScript, by single requests for the Python module API. */
export interface Homeserver {
  readonly requests: HomeserverRequests;
  readonly client: HomeserverClient;
  /** Ends requests under way and closes the connections. */
  close(): Promise<void>;
}

export interface HomeserverOptions {
  /** The base URL; undefined where no homeserver is configured: then every call rejects and names the key to set. */
  readonly url: string | undefined;
  readonly adminToken: string | undefined;
  readonly appserviceToken: string | undefined;
  /** For one request as a whole. */
  readonly timeoutMs: number;
}

const URL_KEY = "media_bridge.homeserver.url";

/**
 * Opens the homeserver for modules; asks nothing before a module does.
 *
 * @example const { client, close } = openHomeserver({ url: "http://127.0.0.1:8008", adminToken, appserviceToken,
 * timeoutMs });
 */
export function openHomeserver({ url, ...options }: HomeserverOptions): Homeserver {
  const requests = url === undefined ? refuseRequests() : createHomeserverRequests({ url, ...options });
  return { requests, client: createHomeserverClient(requests), close: () => requests.close() };
}

function refuseRequests(): HomeserverRequests {
  return {
    send: ({ as }) => {
      const keys = [URL_KEY];
      if ("admin" in as) keys.push("media_bridge.homeserver.admin_token_file");
      if ("userId" in as) keys.push("media_bridge.homeserver.appservice_token_file");
      return Promise.reject(new HomeserverNotConfigured(keys));
    },
    close: () => Promise.resolve(),
  };
}
