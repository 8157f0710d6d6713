import type { Request, RequestHandler, Response } from "express";
import { runForRequest } from "../callbacks/context/current-request.ts";
import { failureOf } from "../callbacks/failure.ts";
import { MatrixError, matrixError } from "../errors.ts";
import type { Logger } from "../util/log.ts";
import { requestFacts } from "../util/http/request-ids.ts";
import { cutTarget } from "../web/path-segments.ts";
import type { WebResources } from "../web/web-resources.ts";
import { passThrough } from "../proxy/relay.ts";
import type { Target } from "../proxy/target.ts";
import { childHeaders, createChildTarget } from "../proxy/to-child.ts";
import {
  contentLengthOf,
  holdToDeclaredLength,
  requestBody,
  tellToContinue,
  type BodyOptions,
} from "./request/body.ts";
import { recordOf } from "./record/request-record.ts";
import { endStalledRequest } from "./request/stalled-request.ts";

export interface WebResourceOptions extends BodyOptions {
  readonly resources: WebResources;
  readonly log: Logger;
  /** The largest body that is passed on to a Python child. */
  readonly maxBodyBytes: number;
  /** Whether `X-Forwarded-…` is trusted: only behind a proxy that sets it. */
  readonly xForwarded: boolean;
  /** How long a request waits for one of the connections to a Python child. */
  readonly maxWaitMs: number;
}

/** Serves the web resources of modules. Comes after all of the service's own routes, so that it costs them nothing. */
export function serveWebResources(options: WebResourceOptions): RequestHandler {
  const { resources, log, idleTimeoutMs } = options;
  const children = new Map<string, Target>();
  return async (req, res, next) => {
    const found = resources.find(req.url);
    if (found === undefined) return next();
    const { path, module, serves } = found.value;
    const record = recordOf(res);
    if (record) Object.assign(record, { route: path, answeredBy: module });
    if (typeof serves !== "function") return handOnToChild(req, res, childAt(serves.socketPath()), options);
    holdToDeclaredLength(req);
    endStalledRequest(req, idleTimeoutMs);
    tellToContinue(req, res);
    const { url, baseUrl } = req;
    Object.assign(req, { url: cutTarget(url, found.depth), baseUrl: path });
    try {
      await runForRequest(record?.number, () =>
        serves(req, res, (error) => {
          Object.assign(req, { url, baseUrl });
          // What Express's own handlers report where they do not apply.
          if (error === undefined || error === null || error === "route" || error === "router") next();
          else next(toAnswer(error));
        }),
      );
    } catch (thrown) {
      throw toAnswer(thrown);
    }

    function toAnswer(thrown: unknown): MatrixError {
      const error = refusalOf(thrown) ?? failureOf(thrown);
      if (MatrixError.is(error)) return error;
      // Its client has left, which the request's own log line says: the module has not failed.
      if (thrown === req.errored) return matrixError("MODULE_FAILED", { cause: error });
      log.error({ ...requestFacts(record?.number), module, path, err: error.cause ?? error }, "a web resource failed");
      return matrixError("MODULE_FAILED", { cause: error });
    }
  };

  /** The child at this socket. Throws `MODULE_UNAVAILABLE` where no child listens. */
  function childAt(socketPath: string | undefined): Target {
    if (socketPath === undefined) throw matrixError("MODULE_UNAVAILABLE");
    const target = children.get(socketPath) ?? createChildTarget(socketPath, options.maxWaitMs);
    children.set(socketPath, target);
    return target;
  }
}

async function handOnToChild(req: Request, res: Response, target: Target, options: WebResourceOptions): Promise<void> {
  const { maxBodyBytes: maxBytes, xForwarded } = options;
  const sizeBytes = contentLengthOf(req);
  if (sizeBytes !== undefined && sizeBytes > maxBytes) throw matrixError("UPLOAD_TOO_LARGE");
  const headers = childHeaders(req, xForwarded, recordOf(res)?.number);
  await passThrough(req, res, { source: requestBody(req, res, options), sizeBytes, maxBytes }, { target, headers });
}

/**
 * A refusal in the form of connect's middleware, such as body parsers: an error with a status that the client may see.
 */
function refusalOf(thrown: unknown): MatrixError | undefined {
  if (MatrixError.is(thrown) || !(thrown instanceof Error)) return undefined;
  const { status, expose } = thrown as Error & { status?: unknown; expose?: unknown };
  if (expose !== true || typeof status !== "number" || status < 400 || status > 499) return undefined;
  return new MatrixError(status, "M_UNKNOWN", thrown.message, { cause: thrown });
}
