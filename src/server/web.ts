import type { RequestHandler } from "express";
import type { Config } from "../config/config.ts";
import { identifyWebRequest, type RequesterOptions } from "../http/requester.ts";
import type { Route } from "../http/routes/route.ts";
import { serveWebResources } from "../http/web-resources.ts";
import type { WebServices } from "../modules/web-api.ts";
import type { Logger } from "../util/log.ts";
import { maxWebBodyBytes } from "../web/body-limit.ts";
import { WebResources } from "../web/web-resources.ts";

/** What modules serve, before and after they are loaded. */
export interface WebParts {
  /** What modules are offered. */
  readonly services: WebServices;
  /** Answers what is no route of the service's own. Throws a StartError where a module has taken one of them. */
  behind(routes: readonly Route[]): RequestHandler;
}

/** Puts the parts together that answer requests to modules' paths. */
export function createWebParts(config: Config, log: Logger, requester: RequesterOptions): WebParts {
  const resources = new WebResources(log);
  return {
    services: { resources, identify: (request) => identifyWebRequest(request, requester) },
    behind(routes) {
      resources.keepClearOf(routes);
      return serveWebResources({
        resources,
        log,
        idleTimeoutMs: config.mediaBridge.upload.idleTimeoutMs,
        maxBodyBytes: maxWebBodyBytes(config.maxUploadSizeBytes),
        xForwarded: requester.xForwarded,
      });
    },
  };
}
