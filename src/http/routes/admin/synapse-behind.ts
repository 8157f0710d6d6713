import type { Request, Response } from "express";
import { z } from "zod";
import { MatrixError, matrixError } from "../../../errors.ts";
import { readAnswer } from "../../../guard/upload-answer.ts";
import { endToEnd, READ_HERE, requestHeaders } from "../../../proxy/headers.ts";
import { whileThere } from "../../../proxy/relay.ts";
import { sendOn } from "../../../proxy/stream-request.ts";
import { bodyOf, handOn, pathOf, type HandOnParts } from "../../backends/hand-on.ts";
import { hasDotSegment } from "../../request/path-readings.ts";
import type { AdminRequest } from "./admin-endpoint.ts";

/** A Synapse behind the repository, which has the media that is not ours. */
export interface SynapseBehind {
  /** Passes a request on; its client gets Synapse's answer. */
  passOn(request: AdminRequest): Promise<undefined>;
  /**
   * Passes a request on, and resolves to the body of a success. Rejects with Synapse's refusal, which the client gets,
   * and with `UPSTREAM_…` where Synapse gives none that can be used.
   */
  ask<Body>(request: AdminRequest, schema: z.ZodType<Body>): Promise<Body>;
}

const RefusalSchema = z.object({ errcode: z.string().min(1) });

/** Reaches the Synapse of `media_bridge.upstream`. */
export function createSynapseBehind(parts: HandOnParts): SynapseBehind {
  return {
    async passOn({ req, res }) {
      await handOn(req, res, parts);
      return undefined;
    },
    async ask({ req, res }, schema) {
      const { status, text } = await exchange(req, res, parts);
      const body = parseJson(text);
      const answer = schema.safeParse(body);
      if (status === 200 && answer.success) return answer.data;
      const refusal = RefusalSchema.safeParse(body);
      if (status >= 400 && refusal.success) {
        throw new MatrixError(status, refusal.data.errcode, "Refused by Synapse", { bodyText: text });
      }
      throw matrixError("UPSTREAM_BROKEN", { cause: new Error(`status ${status} without the body that was expected`) });
    },
  };
}

async function exchange(req: Request, res: Response, parts: HandOnParts): Promise<{ status: number; text: string }> {
  if (hasDotSegment(pathOf(req))) throw matrixError("UNRECOGNIZED");
  let exchanged: { status: number; text: string } | undefined;
  const headers = endToEnd(requestHeaders(req, parts.xForwarded), READ_HERE);
  await whileThere(req, res, headers, async (passage) => {
    const answer = await sendOn(parts.upstream, passage, bodyOf(req, res, parts));
    exchanged = { status: answer.status, text: (await readAnswer(answer)).toString() };
  });
  if (exchanged === undefined) throw matrixError("CLIENT_LEFT");
  return exchanged;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
