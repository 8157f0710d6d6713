import { z } from "zod";
import { matrixError } from "../errors.ts";
import { describeFailure, type UpstreamAnswer } from "./client.ts";

const MAX_ANSWER_BYTES = 64 * 1024;

const ContentUriSchema = z.object({ content_uri: z.string().regex(/^mxc:\/\/[^/]+\/[A-Za-z0-9_-]{1,255}$/) });

/** Whether Synapse took an upload, by the status of its answer alone. */
export type Fate = "stored" | "refused" | "unknown";

/** A server that failed may have stored before it did. */
export function fateOf(status: number): Fate {
  if (status >= 200 && status < 300) return "stored";
  return status >= 500 ? "unknown" : "refused";
}

/** The whole of an answer. Rejects where it is cut short, or longer than any answer of Synapse's to an upload. */
export async function readAnswer({ body }: UpstreamAnswer): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MAX_ANSWER_BYTES)
        throw matrixError("UPSTREAM_BROKEN", { cause: new Error("the answer is too long") });
      chunks.push(chunk);
    }
  } catch (error) {
    throw describeFailure(error);
  }
  return Buffer.concat(chunks);
}

/** The media id of the answer to `POST upload`. Throws `UPSTREAM_BROKEN` for an answer that names none. */
export function readMediaId(answer: Buffer): string {
  try {
    const { content_uri } = ContentUriSchema.parse(JSON.parse(answer.toString()));
    return content_uri.slice(content_uri.lastIndexOf("/") + 1);
  } catch (error) {
    throw matrixError("UPSTREAM_BROKEN", { cause: error });
  }
}
