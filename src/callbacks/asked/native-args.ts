import type { ThumbnailInfo } from "../../media-file.ts";
import { isPlainObject } from "../../util/text/json-text.ts";
import { type CallbackKinds, KINDS, type KindName } from "../kinds.ts";
import { limitFromWire } from "../limit.ts";
import type { ParameterForm } from "../parameters.ts";
import { UNKNOWN_SIZE } from "../unknown-size.ts";
import type { Portable } from "./asked.ts";

type Reader = (value: Portable) => unknown;

/** How an argument of each form is read from the form of the wire. */
const READERS: Record<ParameterForm, Reader> = {
  userId: text,
  mediaId: text,
  path: text,
  bytes: (value) => {
    if (typeof value !== "number" || !Number.isSafeInteger(value)) throw new TypeError("is not a number of bytes");
    return value;
  },
  limit: (value) => limitFromWire(value),
  fileInfo: (value) => {
    if (!isPlainObject(value)) throw new TypeError("does not describe a file");
    const { server_name: serverName, file_id: fileId, url_cache: urlCache, thumbnail } = value;
    const isKnown = typeof fileId === "string" && (serverName === null || typeof serverName === "string");
    if (!isKnown || typeof urlCache !== "boolean" || (thumbnail !== null && !isPlainObject(thumbnail)))
      throw new TypeError("does not describe a file");
    return { serverName, fileId, urlCache, thumbnail: thumbnail as ThumbnailInfo | null };
  },
};

/**
 * The arguments of a callback from the form of the wire, in which questions are kept. Throws a TypeError that names the
 * argument which is not of its form.
 */
export function nativeArgs<K extends KindName>(kind: K, args: readonly Portable[]): CallbackKinds[K]["args"] {
  const { parameters } = KINDS[kind];
  if (args.length !== parameters.length) {
    throw new TypeError(`${kind} takes ${parameters.length} arguments, and there are ${args.length}`);
  }
  const values = parameters.map(({ name, form }, index) => {
    const value = args[index] ?? null;
    // A Synapse that asked does not tell the size of the upload.
    if (kind === "get_media_upload_limits_for_user" && form === "bytes" && value === null) return UNKNOWN_SIZE;
    try {
      return READERS[form](value);
    } catch (error) {
      throw new TypeError(`${name} ${(error as Error).message}`, { cause: error });
    }
  });
  return values as unknown as CallbackKinds[K]["args"];
}

function text(value: Portable): string {
  if (typeof value !== "string") throw new TypeError("is not text");
  return value;
}
