import type { Request, Response } from "express";
import { matrixError } from "../../errors.ts";
import type { SizedBody } from "../../proxy/exact-body.ts";
import { requestHeaders } from "../../proxy/headers.ts";
import { passThrough } from "../../proxy/relay.ts";
import type { Upstream } from "../../proxy/to-synapse.ts";
import { contentLengthOf, requestBody, type BodyOptions } from "../request/body.ts";
import { noteSynapse } from "../record/request-record.ts";
import { hasDotSegment } from "../request/path-readings.ts";

/** What is needed to pass requests on to Synapse. */
export interface HandOnParts extends BodyOptions {
  readonly upstream: Upstream;
  /** Whether the `X-Forwarded-For` of a request is trusted. */
  readonly xForwarded: boolean;
}

/**
 * Passes a request on unchanged, to the byte. Throws `UNRECOGNIZED` for a path with a `.` or `..` segment: a proxy that
 * resolves these would send the request to a path that was not checked.
 */
export async function handOn(req: Request, res: Response, parts: HandOnParts): Promise<void> {
  if (hasDotSegment(pathOf(req))) throw matrixError("UNRECOGNIZED");
  const { upstream, xForwarded } = parts;
  const headers = requestHeaders(req, xForwarded);
  noteSynapse(res);
  return passThrough(req, res, bodyOf(req, res, parts), { target: upstream, headers });
}

/** The body of a request that is passed on, with its declared length. */
export function bodyOf(req: Request, res: Response, parts: BodyOptions): SizedBody {
  return { source: requestBody(req, res, parts), sizeBytes: contentLengthOf(req) };
}

/** The path of a request's target, as the client sent it. */
export function pathOf({ url }: Request): string {
  return url.split("?", 1)[0] ?? "";
}
