import type { SlotModule } from "../../callbacks/slots/slot.ts";
import { matrixError } from "../../errors.ts";
import type { Requester } from "../../homeserver/who/authenticator.ts";
import type { WebApi } from "../../module-api/web-api.ts";
import type { Logger } from "../../util/log.ts";
import type { WebRequest } from "../../web/web-handler.ts";
import { WebResources } from "../../web/web-resources.ts";

/** What the service offers for web resources. */
export interface WebServices {
  readonly resources: WebResources;
  /** Who makes a request; rejects with a `MatrixError`. */
  readonly identify: (request: WebRequest) => Promise<Requester>;
}

/** For modules that are only looked at: what they register is checked, but never requested. */
export function createUnservedWeb(log: Logger): WebServices {
  return {
    resources: new WebResources(log),
    identify: () => Promise.reject(new Error("there are no requests while modules are only checked")),
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
        throw new TypeError(`${module.name} registers the web resource ${path}, which is not a function`);
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
