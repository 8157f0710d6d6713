import type { SlotModule } from "../callbacks/slot.ts";
import type { Requester } from "../homeserver/authenticator.ts";
import { matrixError } from "../errors.ts";
import type { Logger } from "../util/log.ts";
import type { WebHandler, WebRequest } from "../web/web-handler.ts";
import { WebResources } from "../web/web-resources.ts";

/** The user behind a request to a web resource. */
export interface WebRequester {
  readonly userId: string;
  /** The device of the access token, where it has one. */
  readonly deviceId: string | undefined;
  readonly isGuest: boolean;
}

/** What a TypeScript module serves over HTTP. */
export interface WebApi {
  /**
   * Serves `path` and everything below it, at any time. The longest path that a request's begins with answers; of two equal
   * ones, that of the module which comes first. Throws where the path is the service's own. `OPTIONS` is answered by the
   * service, with the headers of CORS; on other answers these are the module's to set.
   *
   * @example
   * api.registerWebResource("/_synapse/client/quota", async (request, response) => {
   *   const { userId } = await api.getUserByRequest(request);
   *   response.setHeader("Content-Type", "application/json").end(JSON.stringify({ user: userId }));
   * });
   */
  registerWebResource(path: string, handler: WebHandler): void;
  /**
   * The user by the access token of a request, as the service's own routes find it. Rejects with the `MatrixError` that the
   * client is to get: 401 without a valid token, 403 for a guest unless `allowGuest` is set, 503 where nobody can say.
   */
  getUserByRequest(request: WebRequest, options?: { readonly allowGuest?: boolean }): Promise<WebRequester>;
}

/** What the service offers for web resources. */
export interface WebServices {
  readonly resources: WebResources;
  /** Who makes a request; rejects with a `MatrixError`. */
  readonly identify: (request: WebRequest) => Promise<Requester>;
}

/** For modules that are only looked at: what they register is checked, and nobody asks for it. */
export function createUnservedWeb(log: Logger): WebServices {
  return {
    resources: new WebResources(log),
    identify: () => Promise.reject(new Error("there are no requests while modules are only looked at")),
  };
}

/** The part of a module's API that is about HTTP. */
export function createWebApi(module: SlotModule, { resources, identify }: WebServices): WebApi {
  return {
    registerWebResource(path, handler) {
      if (typeof path !== "string" || !path.startsWith("/")) {
        throw new TypeError(`${module.name} registers a web resource at a path that does not begin with a slash`);
      }
      if (typeof handler !== "function") {
        throw new TypeError(`${module.name} registers the web resource ${path}, which is no function`);
      }
      resources.add({ path, module: module.name, serves: handler });
    },
    async getUserByRequest(request, { allowGuest = false } = {}) {
      const { userId, deviceId, guest } = await identify(request);
      if (guest && !allowGuest) throw matrixError("GUEST_FORBIDDEN");
      return { userId, deviceId, isGuest: guest };
    },
  };
}
