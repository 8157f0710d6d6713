import type { RequestHandler } from "express";
import type { Config } from "../../config/config.ts";
import type { RequesterOptions } from "../../http/request/authenticate.ts";
import type { Route } from "../../http/routes/route.ts";
import { serveWebResources } from "../../http/web-resources.ts";
import type { Logger } from "../../util/log.ts";
import { maxWebBodyBytes } from "../../web/body-limit.ts";
import type { WebResources } from "../../web/web-resources.ts";

/**
 * Answers requests that match none of the service's own routes. Throws a StartError where a module has taken one of
 * them.
 */
export function serveModules(
  resources: WebResources,
  routes: readonly Route[],
  { config, log, requester }: { readonly config: Config; readonly log: Logger; readonly requester: RequesterOptions },
): RequestHandler {
  resources.keepClearOf(routes);
  return serveWebResources({
    resources,
    log,
    idleTimeoutMs: config.mediaBridge.upload.idleTimeoutMs,
    maxBodyBytes: maxWebBodyBytes(config.maxUploadSizeBytes),
    xForwarded: requester.xForwarded,
    maxWaitMs: config.mediaBridge.python.webMaxWaitMs,
  });
}
