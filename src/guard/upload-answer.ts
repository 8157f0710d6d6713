import { matrixError } from "../errors.ts";
import { describeFailure } from "../proxy/failures.ts";
import { MAX_ANSWER_BYTES, type BufferedResponse } from "../proxy/small-request-client/response-parser.ts";
import type { UpstreamAnswer } from "../proxy/streamed-requests.ts";

const CONTENT_URI = /^mxc:\/\/[^/]+\/([A-Za-z0-9_-]{1,255})$/;

/** Whether Synapse accepted an upload, by the status of its answer alone. */
export type Fate = "stored" | "refused" | "unknown";

/** A server that failed may have stored the upload first. */
export function fateOf(status: number): Fate {
  if (status >= 200 && status < 300) return "stored";
  return status >= 500 ? "unknown" : "refused";
}

/** The whole of an answer. Rejects where it is cut short, or longer than {@link MAX_ANSWER_BYTES}. */
export async function readAnswer({ body }: UpstreamAnswer | BufferedResponse): Promise<Buffer> {
  if (Buffer.isBuffer(body)) return body;
  // By events: for a small answer that has arrived, they cost a fraction of what an iterator does.
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    body
      .on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > MAX_ANSWER_BYTES)
          body.destroy(matrixError("UPSTREAM_BROKEN", { cause: new Error("the answer is too long") }));
        else chunks.push(chunk);
      })
      .on("end", () => resolve(Buffer.concat(chunks)))
      .on("error", (error) => reject(describeFailure(error)))
      .on("close", () => body.readableEnded || reject(matrixError("UPSTREAM_BROKEN")));
  });
}

/** The media id in the answer to `POST upload`. Throws `UPSTREAM_BROKEN` for an answer without one. */
export function readMediaId(answer: Buffer): string {
  try {
    const { content_uri } = JSON.parse(answer.toString()) as { readonly content_uri?: unknown };
    const [, mediaId] = (typeof content_uri === "string" && CONTENT_URI.exec(content_uri)) || [];
    if (mediaId === undefined) throw new TypeError("the answer has no content_uri");
    return mediaId;
  } catch (error) {
    throw matrixError("UPSTREAM_BROKEN", { cause: error });
  }
}
