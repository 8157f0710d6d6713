import type { Readable } from "node:stream";
import type { ErrorCode } from "../errors.ts";
import { type FileInfo, toPythonFileInfo } from "../media-file.ts";
import { readRegularFile } from "../util/regular-file.ts";
import { judgeSpam, type RefusalWords } from "./spam-verdict.ts";
import { isPlainObject, toJsonText } from "../util/text/json-text.ts";
import { describeType, limitFromModule, limitFromWire, limitToWire, type MediaUploadLimit } from "./limit.ts";
import { MEDIA_ID, type Parameter, SIZE, USER_ID } from "./parameters.ts";
import { UNKNOWN_SIZE } from "./unknown-size.ts";

/** A file that a TypeScript module may read. */
export interface MediaFile {
  /** Absolute path of the file on disk. */
  readonly path: string;
  /** The file's bytes from the start. */
  stream(): Readable;
}

/**
 * Arguments and stopping value of every kind of callback. A stop that has nothing to say refuses the request with the
 * error that it names.
 */
export interface CallbackKinds {
  /** Stops with the body of the response as JSON text. */
  get_media_config_for_user: { args: [userId: string]; stop: string };
  is_user_allowed_to_upload_media_of_size: { args: [userId: string, size: number]; stop: "UPLOAD_TOO_LARGE" };
  get_media_upload_limits_for_user: { args: [userId: string, size: number]; stop: readonly MediaUploadLimit[] };
  on_media_upload_limit_exceeded: {
    args: [userId: string, limit: MediaUploadLimit, sentBytes: number, attemptedBytes: number];
    stop: never;
  };
  /** A stop refuses the file, in these words. */
  check_media_file_for_spam: { args: [path: string, info: FileInfo]; stop: RefusalWords };
  on_media_uploaded: { args: [userId: string, mediaId: string, sizeBytes: number]; stop: never };
  on_media_deleted: { args: [mediaId: string]; stop: never };
}

export type KindName = keyof CallbackKinds;

/** The kinds whose stop is the error that refuses the request, and those that never stop. */
export type RefusingKind = {
  [K in KindName]: CallbackKinds[K]["stop"] extends ErrorCode ? K : never;
}[KindName];

/** The name by which TypeScript modules register a kind: `onMediaDeleted` for `on_media_deleted`. */
export type TypeScriptName<K extends string> = K extends `${infer Word}_${infer Rest}`
  ? `${Word}${Capitalize<TypeScriptName<Rest>>}`
  : K;

/** What one callback's answer means: the walk continues, or stops with a value; either way perhaps with a warning. */
export type Verdict<K extends KindName> =
  | { readonly stop: false; readonly warning?: string }
  | { readonly stop: true; readonly value: CallbackKinds[K]["stop"]; readonly warning?: string };

/** One row of the table: everything that makes a kind of callback what it is. */
export interface Kind<K extends KindName> {
  /** The name by which TypeScript modules register it. */
  readonly typescriptName: TypeScriptName<K>;
  /** What it is called with, in order. */
  readonly parameters: readonly Parameter[];
  /** Whether Synapse fires it as well. */
  readonly isOfSynapse: boolean;
  /** The `register_*_callbacks` group. */
  readonly group: "media_repository" | "spam_checker";
  /** Every one is called whatever the others do; failures are logged, only a Matrix error may become the answer. */
  readonly notification: boolean;
  /** Its first argument is the user that the request is for. */
  readonly namesUser: boolean;
  /** Asked before any work was done for a request: one that is refused then has cost nothing. */
  readonly isFirstOfRequest: boolean;
  /** The arguments in the form of the wire. */
  toWire(...args: CallbackKinds[K]["args"]): unknown[];
  /** The arguments as a TypeScript callback gets them. */
  toNative(...args: CallbackKinds[K]["args"]): unknown[];
  /** Reads a stopping value from the wire; throws TypeError where the child broke the protocol. */
  fromWire(value: unknown): CallbackKinds[K]["stop"];
  /**
   * Judges a TypeScript callback's answer; throws TypeError where it has the wrong type. The child judges Python
   * answers.
   */
  judge(answer: unknown): Verdict<K>;
}

const GO_ON = { stop: false } as const;

/**
 * The one table of callbacks. A new kind needs a row here, its line in {@link CallbackKinds} above, and four things
 * that cannot be had from the row:
 *
 * - who asks it: a call of `Chain.decide` or `Chain.notify` where the thing happens;
 * - its settings and their defaults: `config/schema/callbacks.ts`, which imports nothing from here;
 * - its signature and its description for authors of TypeScript modules: `module-api/definition.ts`;
 * - its row with its stop rule in the shim: `python-shim/media_bridge_shim/callbacks/kinds.py`.
 *
 * A stop with a value of its own needs words in `control/call-answer.ts` as well. The compiler and
 * `test/callbacks/kinds.test.ts` fail while one of these is missing.
 */
export const KINDS: { readonly [K in KindName]: Kind<K> } = {
  get_media_config_for_user: {
    typescriptName: "getMediaConfigForUser",
    parameters: [USER_ID],
    isOfSynapse: true,
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
    parameters: [USER_ID, SIZE],
    isOfSynapse: true,
    group: "media_repository",
    notification: false,
    namesUser: true,
    isFirstOfRequest: true,
    toWire: (userId, size) => [userId, size],
    toNative: (userId, size) => [userId, size],
    fromWire: () => "UPLOAD_TOO_LARGE",
    judge: (answer) => {
      if (typeof answer !== "boolean") throw new TypeError(`answered ${describeType(answer)} where a boolean is due`);
      return answer ? GO_ON : { stop: true, value: "UPLOAD_TOO_LARGE" };
    },
  },
  get_media_upload_limits_for_user: {
    typescriptName: "getMediaUploadLimitsForUser",
    parameters: [USER_ID, SIZE],
    isOfSynapse: true,
    group: "media_repository",
    notification: false,
    namesUser: true,
    isFirstOfRequest: true,
    toWire: (userId, size) => [userId, size === UNKNOWN_SIZE ? null : size],
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
    parameters: [
      USER_ID,
      { name: "limit", form: "limit" },
      { name: "sent_bytes", form: "bytes" },
      { name: "attempted_bytes", form: "bytes" },
    ],
    isOfSynapse: true,
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
    parameters: [
      { name: "path", form: "path" },
      { name: "info", form: "fileInfo" },
    ],
    isOfSynapse: true,
    group: "spam_checker",
    notification: false,
    namesUser: false,
    isFirstOfRequest: false,
    toWire: (path, info) => [path, toPythonFileInfo(info)],
    toNative: (path, info) => [{ path, stream: () => readRegularFile(path) } satisfies MediaFile, info],
    fromWire: () => ({}),
    judge: judgeSpam,
  },
  on_media_uploaded: {
    typescriptName: "onMediaUploaded",
    parameters: [USER_ID, MEDIA_ID, SIZE],
    isOfSynapse: false,
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
    parameters: [MEDIA_ID],
    isOfSynapse: false,
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

/** What holds for one kind of callback, from the configuration. */
export interface CallbackPolicy {
  readonly deadlineMs: number;
  /** When a verdict cannot be had: refuse the request, or continue as if the callback were not there. */
  readonly onUnavailable: "refuse" | "skip";
}

/** A question to one chain: a kind and its arguments. */
export interface Question<K extends KindName> {
  readonly kind: K;
  readonly args: CallbackKinds[K]["args"];
}
