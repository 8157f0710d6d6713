import type { Readable } from "node:stream";
import { type FileInfo, toPythonFileInfo } from "../media-file.ts";
import { readRegularFile } from "../util/regular-file.ts";
import { isPlainObject, toJsonText } from "../util/json-text.ts";
import { describeType, limitFromModule, limitFromWire, limitToWire, type MediaUploadLimit } from "./limit.ts";

/** A file that a TypeScript module may read. */
export interface MediaFile {
  /** Absolute path of the file on disk. */
  readonly path: string;
  /** The file's bytes from the start. */
  stream(): Readable;
}

/** "The file is fine", what {@link CallbackKinds.check_media_file_for_spam} answers; `false` means the same. */
export const NOT_SPAM = "NOT_SPAM";

/** Arguments and stopping value of every kind of callback. */
export interface CallbackKinds {
  /** Stops with the body of the response as JSON text. */
  get_media_config_for_user: { args: [userId: string]; stop: string };
  /** A stop denies. */
  is_user_allowed_to_upload_media_of_size: { args: [userId: string, size: number]; stop: true };
  get_media_upload_limits_for_user: { args: [userId: string, size: number]; stop: readonly MediaUploadLimit[] };
  on_media_upload_limit_exceeded: {
    args: [userId: string, limit: MediaUploadLimit, sentBytes: number, attemptedBytes: number];
    stop: never;
  };
  /** A stop refuses the file. */
  check_media_file_for_spam: { args: [path: string, info: FileInfo]; stop: true };
  on_media_uploaded: { args: [userId: string, mediaId: string, sizeBytes: number]; stop: never };
  on_media_deleted: { args: [mediaId: string]; stop: never };
}

export type KindName = keyof CallbackKinds;

/** What one callback's answer means: let the walk go on, or stop it with a value; either way perhaps with a warning. */
export type Verdict<K extends KindName> =
  | { readonly stop: false; readonly warning?: string }
  | { readonly stop: true; readonly value: CallbackKinds[K]["stop"]; readonly warning?: string };

/** One row of the table: everything that makes a kind of callback what it is. */
export interface Kind<K extends KindName> {
  /** The name by which TypeScript modules register it. */
  readonly typescriptName: string;
  /** The `register_*_callbacks` group. */
  readonly group: "media_repository" | "spam_checker";
  /** Every one is called whatever the others do; failures are logged, only a Matrix error may become the answer. */
  readonly notification: boolean;
  /** Its first argument is the user that the request is for. */
  readonly namesUser: boolean;
  /** Asked before anything of a request was done: one that is refused then has cost nothing. */
  readonly isFirstOfRequest: boolean;
  /** The arguments as they stand on the wire. */
  toWire(...args: CallbackKinds[K]["args"]): unknown[];
  /** The arguments as a TypeScript callback gets them. */
  toNative(...args: CallbackKinds[K]["args"]): unknown[];
  /** Reads a stopping value off the wire; throws TypeError where the child broke the protocol. */
  fromWire(value: unknown): CallbackKinds[K]["stop"];
  /**
   * Judges a TypeScript callback's answer; throws TypeError where it has the wrong type. Python answers are judged in
   * the child.
   */
  judge(answer: unknown): Verdict<K>;
}

const GO_ON = { stop: false } as const;

/**
 * The one table of callbacks. A new kind needs a row here and, beside it:
 *
 * - its policy: `config/schema/callbacks.ts`, `config/build/media-bridge.ts`
 * - its arguments and its answer in `media-bridge call` and `check --try`: `control/call-arguments.ts`, `control/call-answer.ts`,
 *   `cli/try-callbacks.ts`, `cli/live/modules.ts`
 * - the method that registers it: `module-api/definition.ts`
 * - its name and its stop rule in the shim: `python-shim/media_bridge_shim/api/callback_names.py` and `kinds.py`
 */
export const KINDS: { readonly [K in KindName]: Kind<K> } = {
  get_media_config_for_user: {
    typescriptName: "getMediaConfigForUser",
    group: "media_repository",
    notification: false,
    namesUser: true,
    isFirstOfRequest: true,
    toWire: (userId) => [userId],
    toNative: (userId) => [userId],
    fromWire: (value) => {
      if (typeof value !== "string") throw new TypeError("the child sent a media config that is not text");
      return value;
    },
    judge: (answer) => {
      if (answer === undefined || answer === null) return GO_ON;
      if (isPlainObject(answer)) return { stop: true, value: toJsonText(answer) };
      if (!answer || (Array.isArray(answer) && answer.length === 0)) {
        return { stop: false, warning: `answered ${describeType(answer)} where a plain object or undefined is due` };
      }
      throw new TypeError(`answered ${describeType(answer)} where a plain object or undefined is due`);
    },
  },
  is_user_allowed_to_upload_media_of_size: {
    typescriptName: "isUserAllowedToUploadMediaOfSize",
    group: "media_repository",
    notification: false,
    namesUser: true,
    isFirstOfRequest: true,
    toWire: (userId, size) => [userId, size],
    toNative: (userId, size) => [userId, size],
    fromWire: () => true,
    judge: (answer) => {
      if (typeof answer !== "boolean") throw new TypeError(`answered ${describeType(answer)} where a boolean is due`);
      return answer ? GO_ON : { stop: true, value: true };
    },
  },
  get_media_upload_limits_for_user: {
    typescriptName: "getMediaUploadLimitsForUser",
    group: "media_repository",
    notification: false,
    namesUser: true,
    isFirstOfRequest: true,
    toWire: (userId, size) => [userId, size],
    toNative: (userId, size) => [userId, size],
    fromWire: (value) => {
      if (!Array.isArray(value)) throw new TypeError("the child sent limits that are not a list");
      return value.map(limitFromWire);
    },
    judge: (answer) => {
      if (answer === undefined || answer === null) return GO_ON;
      if (!Array.isArray(answer))
        throw new TypeError(`answered ${describeType(answer)} where an array or undefined is due`);
      return { stop: true, value: answer.map(limitFromModule) };
    },
  },
  on_media_upload_limit_exceeded: {
    typescriptName: "onMediaUploadLimitExceeded",
    group: "media_repository",
    notification: true,
    namesUser: true,
    isFirstOfRequest: false,
    toWire: (userId, limit, sent, attempted) => [userId, limitToWire(limit), sent, attempted],
    toNative: (userId, limit, sent, attempted) => [userId, Object.freeze({ ...limit }), sent, attempted],
    fromWire: neverStops,
    judge: () => GO_ON,
  },
  check_media_file_for_spam: {
    typescriptName: "checkMediaFileForSpam",
    group: "spam_checker",
    notification: false,
    namesUser: false,
    isFirstOfRequest: false,
    toWire: (path, info) => [path, toPythonFileInfo(info)],
    toNative: (path, info) => [{ path, stream: () => readRegularFile(path) } satisfies MediaFile, info],
    fromWire: () => true,
    judge: (answer) => {
      if (answer === NOT_SPAM || answer === false) return GO_ON;
      if (answer === true || isErrcode(answer) || isErrcodeWithFields(answer)) return { stop: true, value: true };
      return { stop: true, value: true, warning: `answered ${describeType(answer)}, which counts as a refusal` };
    },
  },
  on_media_uploaded: {
    typescriptName: "onMediaUploaded",
    group: "media_repository",
    notification: true,
    namesUser: true,
    isFirstOfRequest: false,
    toWire: (userId, mediaId, sizeBytes) => [userId, mediaId, sizeBytes],
    toNative: (userId, mediaId, sizeBytes) => [userId, mediaId, sizeBytes],
    fromWire: neverStops,
    judge: () => GO_ON,
  },
  on_media_deleted: {
    typescriptName: "onMediaDeleted",
    group: "media_repository",
    notification: true,
    namesUser: false,
    isFirstOfRequest: false,
    toWire: (mediaId) => [mediaId],
    toNative: (mediaId) => [mediaId],
    fromWire: neverStops,
    judge: () => GO_ON,
  },
};

function neverStops(): never {
  throw new TypeError("the child let a notification stop");
}

function isErrcode(value: unknown): boolean {
  return typeof value === "string" && /^[A-Z][A-Z0-9_.]*_[A-Z0-9_]+$/.test(value);
}

function isErrcodeWithFields(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 && isErrcode(value[0]) && isPlainObject(value[1]);
}

/** What holds for one kind of callback, from the configuration. */
export interface CallbackPolicy {
  readonly deadlineMs: number;
  /** When a verdict cannot be had: refuse the request, or go on as if the callback were not there. */
  readonly onUnavailable: "refuse" | "skip";
}

/** A question to one chain: a kind and its arguments. */
export interface Question<K extends KindName> {
  readonly kind: K;
  readonly args: CallbackKinds[K]["args"];
}
