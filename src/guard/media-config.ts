import { endToEnd, type RawHeaders } from "../proxy/headers.ts";
import type { Upstream } from "../proxy/to-synapse.ts";
import { readAnswer } from "./upload-answer.ts";

const CONFIG = "/_matrix/media/v3/config";
const SIZE = "m.upload.size";
/** Who asks, and from where. */
const ASKING: ReadonlySet<string> = new Set(["authorization", "host", "user-agent", "x-forwarded-for"]);

/**
 * Synapse's media configuration for clients: `m.upload.size` is ours where that is smaller. Otherwise the bytes are
 * unchanged.
 */
export function lowerMaximum(text: Buffer, maxUploadSizeBytes: number): Buffer {
  const config = readConfig(text);
  const theirs = config?.[SIZE];
  if (typeof theirs !== "number" || theirs <= maxUploadSizeBytes) return text;
  return Buffer.from(JSON.stringify({ ...config, [SIZE]: maxUploadSizeBytes }));
}

/**
 * Whether an upload is larger than Synapse's own limit. Asks with the uploader's credential, after Synapse has cut an
 * upload off: far over its maximum it gives no reason. Never rejects: false where it cannot be known.
 */
export async function isOverMaximum(
  sizeBytes: number,
  { headers, target }: { readonly headers: RawHeaders; readonly target: string },
  upstream: Upstream,
): Promise<boolean> {
  const [, query] = /^[^?]*(\?.*)?$/.exec(target) ?? [];
  const asking = endToEnd(headers).flatMap((name, index, all) =>
    index % 2 === 0 && ASKING.has(name.toLowerCase()) ? [name, all[index + 1] ?? ""] : [],
  );
  try {
    const turn = await upstream.turn("upload");
    const answer = await turn.send({ method: "GET", target: CONFIG + (query ?? ""), headers: asking, body: null });
    const theirs = readConfig(await readAnswer(answer))?.[SIZE];
    return answer.status === 200 && typeof theirs === "number" && sizeBytes > theirs;
  } catch {
    return false;
  }
}

function readConfig(text: Buffer): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text.toString());
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
