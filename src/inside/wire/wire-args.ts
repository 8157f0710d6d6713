import type { CallbackKinds, KindName } from "../../callbacks/kinds.ts";
import { limitFromWire } from "../../callbacks/limit.ts";
import { UNKNOWN_SIZE } from "../../callbacks/unknown-size.ts";
import type { FileInfo, PythonFileInfo } from "../../media-file.ts";

/** The arguments of a callback from the form of the wire. Throws a TypeError where there are too few of them. */
export function argsFromWire<K extends KindName>(kind: K, wire: readonly unknown[]): CallbackKinds[K]["args"] {
  return READERS[kind](wire) as CallbackKinds[K]["args"];
}

const READERS: Readonly<Record<KindName, (wire: readonly unknown[]) => readonly unknown[]>> = {
  get_media_config_for_user: ([userId]) => [text(userId)],
  is_user_allowed_to_upload_media_of_size: ([userId, size]) => [text(userId), bytes(size)],
  // Synapse tells the user alone.
  get_media_upload_limits_for_user: ([userId]) => [text(userId), UNKNOWN_SIZE],
  on_media_upload_limit_exceeded: ([userId, limit, sent, attempted]) => [
    text(userId),
    limitFromWire(limit),
    bytes(sent),
    bytes(attempted),
  ],
  check_media_file_for_spam: ([path, info]) => [text(path), fileInfo(info)],
  on_media_uploaded: unfired,
  on_media_deleted: unfired,
};

function unfired(): never {
  throw new TypeError("Synapse does not call this callback");
}

function text(value: unknown): string {
  if (typeof value !== "string") throw new TypeError("an argument of a callback is not text");
  return value;
}

function bytes(value: unknown): number {
  const number = Number(value);
  if ((typeof value !== "number" && typeof value !== "bigint") || !Number.isFinite(number)) {
    throw new TypeError("an argument of a callback is not a number of bytes");
  }
  return number;
}

function fileInfo(value: unknown): FileInfo {
  const info = value as Partial<PythonFileInfo> | null;
  if (typeof info?.file_id !== "string") throw new TypeError("a file without an id");
  return {
    serverName: info.server_name ?? null,
    fileId: info.file_id,
    urlCache: info.url_cache === true,
    thumbnail: info.thumbnail ?? null,
  };
}
