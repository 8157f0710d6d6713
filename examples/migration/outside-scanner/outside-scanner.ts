import { createHash } from "node:crypto";
import { openAsBlob } from "node:fs";
import { allow, defineModule, MatrixError, type MediaFile } from "synapse-media-bridge";
import { z } from "zod";

const MAX_NAME_LENGTH = 100;
const NO_ANSWER = "The file cannot be scanned at the moment. Try again later";

const AnswerSchema = z.object({ clean: z.boolean(), name: z.unknown().optional() });

/**
 * A scanner outside of the service says whether a file is clean. Without its answer a file is refused.
 *
 * It is asked with `GET <url>?sha256=…`, or with `POST <url>` and the file where `send: file` says so. It answers 200
 * with `{"clean": true}`, or with `{"clean": false, "name": "what it found"}`.
 */
export default defineModule({
  name: "outside-scanner",
  configSchema: z.object({
    url: z.string().regex(/^https?:\/\//),
    send: z.enum(["hash", "file"]).default("hash"),
    timeout_ms: z.int().positive().default(10_000),
  }),
  setup(api, { url, send, timeout_ms: timeoutMs }) {
    const ask = async (file: MediaFile) => {
      const signal = AbortSignal.timeout(timeoutMs);
      const response = await (send === "file" ? sendFile(url, file, signal) : sendHash(url, file, signal));
      const body = await response.arrayBuffer();
      if (response.status !== 200) throw new Error(`the scanner answered ${response.status}`);
      return AnswerSchema.parse(JSON.parse(decode(body)));
    };
    api.registerSpamCheckerCallbacks({
      async checkMediaFileForSpam(file) {
        const answer = await ask(file).catch((error: unknown) => {
          api.log.warn({ err: error }, "the scanner gave no answer");
          throw new MatrixError(503, "M_UNKNOWN", NO_ANSWER, { fields: { retry_after_ms: 30_000 } });
        });
        if (answer.clean) return allow;
        const { name } = answer;
        const found = typeof name === "string" && name !== "" ? shorten(name) : "something harmful";
        throw new MatrixError(403, "M_FORBIDDEN", `The scanner found ${found}`, {
          fields: { "org.example.found": found },
        });
      },
    });
  },
});

async function sendHash(url: string, file: MediaFile, signal: AbortSignal): Promise<Response> {
  const digest = createHash("sha256");
  let sizeBytes = 0;
  for await (const piece of file.stream() as AsyncIterable<Buffer>) {
    digest.update(piece);
    sizeBytes += piece.length;
  }
  return fetch(`${url}?sha256=${digest.digest("hex")}&size=${sizeBytes}`, { signal });
}

async function sendFile(url: string, file: MediaFile, signal: AbortSignal): Promise<Response> {
  const headers = { "Content-Type": "application/octet-stream" };
  // Python's client does not follow a redirect of a POST either.
  return fetch(url, { method: "POST", headers, body: await openAsBlob(file.path), redirect: "manual", signal });
}

/** UTF-8 that is malformed, or begins with a mark of its byte order, is an error, as it is for Python's `json`. */
function decode(body: ArrayBuffer): string {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
}

/** Python counts characters where JavaScript counts UTF-16 units. */
function shorten(name: string): string {
  return Array.from(name).slice(0, MAX_NAME_LENGTH).join("");
}
