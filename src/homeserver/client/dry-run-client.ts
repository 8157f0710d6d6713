import { DryRunRefusal } from "../homeserver-error.ts";
import { createHomeserverClient } from "./create-client.ts";
import { openHomeserver, type Homeserver, type HomeserverOptions } from "./homeserver.ts";
import { findToken, type HomeserverRequests } from "./request.ts";

/**
 * The homeserver for modules that are only looked at. A call that lacks a key of the configuration says so, as always.
 * Other calls are held back, except those that only read, where `mayRead` allows them.
 */
export function openDryRunHomeserver(
  options: HomeserverOptions,
  { mayRead, onHeldBack = () => undefined }: { mayRead: boolean; onHeldBack?: () => void },
): Homeserver {
  const real = openHomeserver(options);
  const requests: HomeserverRequests = {
    async send(request) {
      if (options.url === undefined || (mayRead && request.method === "GET")) return real.requests.send(request);
      findToken(options, request.as);
      onHeldBack();
      throw new DryRunRefusal(request.what);
    },
    close: () => real.close(),
  };
  return { requests, client: createHomeserverClient(requests), close: () => real.close() };
}
