/**
 * The catalogue of errors. Each entry has the service's own code, the HTTP status, the Matrix errcode, the words that a
 * client sees, and for an error that is worth a second try the seconds of its `Retry-After`. `docs/errors.md` documents
 * every code; a test compares the two.
 */
export const CATALOGUE = {
  MISSING_TOKEN: [401, "M_MISSING_TOKEN", "Missing access token"],
  TOKEN_SENT_TWICE: [
    401,
    "M_MISSING_TOKEN",
    "An access token was sent both in the Authorization header and in the query",
  ],
  AUTHORIZATION_REPEATED: [401, "M_MISSING_TOKEN", "More than one Authorization header was sent"],
  AUTHORIZATION_MALFORMED: [401, "M_MISSING_TOKEN", "The Authorization header is not of the form: Bearer <token>"],
  UNKNOWN_TOKEN: [401, "M_UNKNOWN_TOKEN", "Invalid access token passed."],
  GUEST_FORBIDDEN: [403, "M_GUEST_ACCESS_FORBIDDEN", "Guest access not allowed"],
  HOMESERVER_UNAVAILABLE: [503, "M_UNKNOWN", "The homeserver cannot be asked who you are, try again later", 5],
  NOT_AN_ADMINISTRATOR: [403, "M_FORBIDDEN", "Only an administrator of the homeserver may do this"],
  ADMINISTRATOR_UNKNOWN: [
    503,
    "M_UNKNOWN",
    "The homeserver cannot be asked whether you administer it, try again later",
    5,
  ],
  HOMESERVER_FAILED: [503, "M_UNKNOWN", "The homeserver cannot be asked, try again later", 5],
  HOMESERVER_NOT_CONFIGURED: [
    501,
    "M_UNKNOWN",
    "This needs a homeserver to ask, and media_bridge.homeserver.url names none",
  ],
  HOMESERVER_IS_OURSELVES: [
    508,
    "M_UNKNOWN",
    "media_bridge.homeserver.url leads back to this service: it must be the address of Synapse itself",
  ],
  TOO_MANY_ACCOUNTS: [
    400,
    "M_UNKNOWN",
    "The homeserver has too many accounts for this: use another order_by, or a longer search_term",
  ],
  MEDIA_NOT_LOCAL: [400, "M_UNKNOWN", "Only media of this server can be deleted"],
  PROFILES_UNKNOWN: [
    501,
    "M_UNKNOWN",
    "Which media profiles show cannot be known: configure media_bridge.homeserver, or say keep_profiles=false",
  ],
  USER_NOT_LOCAL: [400, "M_UNKNOWN", "Not a user of this server"],
  BYPASS_FORBIDDEN: [400, "M_UNKNOWN", "Only an administrator of the homeserver may see what is quarantined"],
  UNRECOGNIZED: [404, "M_UNRECOGNIZED", "Unrecognized request"],
  METHOD_NOT_ALLOWED: [405, "M_UNRECOGNIZED", "Unrecognized request"],
  BAD_REQUEST: [400, "M_UNKNOWN", "Bad request"],
  PARAMETER_NOT_UTF8: [400, "M_INVALID_PARAM", "A query parameter is not valid UTF-8"],
  PARAMETER_MISSING: [400, "M_MISSING_PARAM", "A query parameter is missing"],
  PARAMETER_INVALID: [400, "M_INVALID_PARAM", "A query parameter has a value that it cannot have"],
  PARAMETER_TOO_LONG: [400, "M_INVALID_PARAM", "user_id and device_id must not be longer than 255 bytes"],
  TRANSFER_CODING_UNKNOWN: [400, "M_UNKNOWN", "The only transfer coding that is understood is chunked, in HTTP/1.1"],
  HEADERS_TOO_LARGE: [431, "M_TOO_LARGE", "Request headers are too large"],
  NOT_FOUND: [404, "M_NOT_FOUND", "Not found"],
  NOT_YET_UPLOADED: [504, "M_NOT_YET_UPLOADED", "Media has not been uploaded yet"],
  TIMEOUT_NOT_A_NUMBER: [400, "M_INVALID_PARAM", "timeout_ms must be a whole number of milliseconds, 0 or more"],
  THUMBNAIL_SIZE_MISSING: [400, "M_MISSING_PARAM", "width and height are required"],
  THUMBNAIL_SIZE_INVALID: [400, "M_INVALID_PARAM", "width and height must be whole numbers of pixels, 0 or more"],
  THUMBNAIL_METHOD_UNKNOWN: [400, "M_INVALID_PARAM", "method must be crop or scale"],
  ANIMATED_NOT_A_BOOLEAN: [400, "M_INVALID_PARAM", "animated must be true or false"],
  NOT_THUMBNAILABLE: [400, "M_UNKNOWN", "No thumbnail can be made of this media"],
  PICTURE_TOO_LARGE: [413, "M_TOO_LARGE", "The picture has too many pixels for a thumbnail"],
  THUMBNAILS_BUSY: [503, "M_UNKNOWN", "The thumbnail could not be made in time, try again later", 2],
  TOO_MANY_REQUESTS: [429, "M_LIMIT_EXCEEDED", "Too Many Requests"],
  SERVER_NAME_NOT_OURS: [404, "M_NOT_FOUND", "The server name is not that of this server"],
  MEDIA_ID_UNKNOWN: [404, "M_NOT_FOUND", "Unknown media ID"],
  MEDIA_ID_EXPIRED: [404, "M_NOT_FOUND", "The media ID was not used in time and has expired"],
  NOT_THE_CREATOR: [403, "M_FORBIDDEN", "Only the creator of the media ID can upload to it"],
  ALREADY_UPLOADED: [409, "M_CANNOT_OVERWRITE_MEDIA", "Media ID already has content"],
  UPLOAD_UNDER_WAY: [409, "M_CANNOT_OVERWRITE_MEDIA", "Another upload to this media ID is under way"],
  FILE_NAME_NOT_UTF8: [400, "M_UNKNOWN", "The filename parameter is not valid UTF-8"],
  FORM_BODY: [
    415,
    "M_UNKNOWN",
    "The Content-Type of a form cannot be uploaded: name another one (curl sends application/x-www-form-urlencoded unless told otherwise)",
  ],
  UPLOAD_TOO_LARGE: [413, "M_TOO_LARGE", "Upload request body is too large"],
  UPLOAD_INCOMPLETE: [400, "M_UNKNOWN", "The body ended before it was complete"],
  UPLOAD_WITHOUT_LENGTH: [400, "M_UNKNOWN", "Request must specify a Content-Length"],
  BODY_LENGTH_WRONG: [400, "M_UNKNOWN", "The body is not as long as its Content-Length says"],
  CLIENT_LEFT: [400, "M_UNKNOWN", "The client left before it was answered"],
  UPLOAD_STALLED: [408, "M_UNKNOWN", "No data arrived for too long"],
  LIMIT_EXCEEDED: [403, "M_USER_LIMIT_EXCEEDED", "Media upload limit exceeded"],
  RANGE_NOT_SATISFIABLE: [416, "M_UNKNOWN", "The file has no bytes in this range"],
  BAD_CONTENT: [400, "M_UNKNOWN", "Bad content"],
  UPSTREAM_UNREACHABLE: [502, "M_UNKNOWN", "The homeserver's media repository cannot be reached, try again later"],
  UPSTREAM_BUSY: [503, "M_UNKNOWN", "Too many requests wait for the homeserver's media repository, try again later", 5],
  UPSTREAM_BROKEN: [502, "M_UNKNOWN", "The homeserver's media repository gave no usable answer"],
  UPSTREAM_TIMEOUT: [504, "M_UNKNOWN", "The homeserver's media repository did not answer in time"],
  USAGE_UNKNOWN: [503, "M_UNKNOWN", "The homeserver cannot be asked how much you have uploaded, try again later", 5],
  STORE_FAILED: [500, "M_UNKNOWN", "Internal server error"],
  STORE_FULL: [507, "M_UNKNOWN", "The disk of the media repository is full: make room, then repeat the request"],
  STORE_BUSY: [503, "M_UNKNOWN", "The service is busy, try again later", 5],
  MODULE_FAILED: [500, "M_UNKNOWN", "Internal server error"],
  MODULE_UNAVAILABLE: [
    503,
    "M_UNKNOWN",
    "A module that decides about this request cannot be asked, try again later",
    5,
  ],
  MODULES_BUSY: [503, "M_UNKNOWN", "Too many requests wait for the modules that decide about them, try again later", 1],
  PROVIDER_UNAVAILABLE: [503, "M_UNKNOWN", "The file cannot be fetched from where it is kept, try again later", 5],
  STOPPING: [503, "M_UNKNOWN", "The service is stopping, try again later", 5],
  INTERNAL: [500, "M_UNKNOWN", "Internal server error"],
} as const satisfies Record<string, readonly [number, string, string, number?]>;

export type ErrorCode = keyof typeof CATALOGUE;

export interface MatrixErrorOptions {
  /** More members of the JSON body, of any name. */
  fields?: Record<string, unknown> | undefined;
  /** HTTP headers of the response. */
  headers?: Record<string, string> | undefined;
  /** The whole body as JSON text, where it must reach the client unchanged. Takes precedence over everything else. */
  bodyText?: string | undefined;
  cause?: unknown;
}

/** The callback of a module that decided. */
export interface SlotName {
  /** `a.b.Class` of a Python module, the definition's name of a TypeScript one. */
  readonly module: string;
  readonly callback: string;
}

/** A limit that a request would have passed. */
export interface LimitFacts {
  readonly maxBytes: number | bigint;
  /** undefined for a limit of a single upload. */
  readonly periodMs?: number | bigint | undefined;
  /** What the user had sent within the period, uploads under way included. */
  readonly sentBytes?: number | undefined;
}

/**
 * Why a request was refused, for the operator: for the log and for `media-bridge refusals`, never part of the answer.
 */
export interface RefusalFacts {
  /** The module that decided, or gave the limit; undefined where it was not a module. */
  readonly slot?: SlotName | undefined;
  /** The key of the configuration that decided. */
  readonly setting?: string | undefined;
  readonly limit?: LimitFacts | undefined;
}

/** What the service's own code may give an error as well. */
interface OwnErrorOptions extends MatrixErrorOptions {
  readonly facts?: RefusalFacts | undefined;
}

const BRAND = Symbol.for("synapse-media-bridge.MatrixError");

/**
 * An answer of Matrix form: an HTTP status and `{"errcode", "error", …}`. TypeScript modules throw it where Python ones
 * raise `SynapseError`; the service uses it for every refusal.
 *
 * @example throw new MatrixError(403, "M_FORBIDDEN", "Your plan has no uploads", { fields: { "org.example.plan": "free"
 * } });
 */
export class MatrixError extends Error {
  override readonly name: string = "MatrixError";
  readonly status: number;
  readonly errcode: string;
  readonly fields: Record<string, unknown>;
  readonly headers: Record<string, string>;
  readonly bodyText: string | undefined;
  /** The entry of {@link CATALOGUE} for this error; absent for an error that a module worded. */
  readonly code: ErrorCode | undefined;
  /** Why, for the operator; where there is more to say than the code does. */
  readonly facts: RefusalFacts | undefined;
  readonly [BRAND] = true;

  constructor(status: number, errcode: string, message: string, options: OwnErrorOptions = {}, code?: ErrorCode) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.status = status;
    this.errcode = errcode;
    this.fields = options.fields ?? {};
    this.headers = options.headers ?? {};
    this.bodyText = options.bodyText;
    this.code = code;
    this.facts = options.facts;
  }

  /** True for an error of this class, also of another copy of this package (a module may bring its own). */
  static is(value: unknown): value is MatrixError {
    return typeof value === "object" && value !== null && BRAND in value;
  }
}

/** Words other than the catalogue's for one of its entries. */
interface Words {
  errcode?: string | undefined;
  message?: string | undefined;
}

/** The {@link MatrixError} of a catalogue entry, with the entry's `Retry-After` unless the headers have one. */
export function matrixError(code: ErrorCode, options: OwnErrorOptions & Words = {}): MatrixError {
  const [status, ownErrcode, ownMessage, retryAfterSeconds] = CATALOGUE[code];
  const { errcode = ownErrcode, message = ownMessage } = options;
  if (retryAfterSeconds === undefined) return new MatrixError(status, errcode, message, options, code);
  const headers = { "Retry-After": String(retryAfterSeconds), ...options.headers };
  return new MatrixError(status, errcode, message, { ...options, headers }, code);
}

/** The same answer with what the operator is to know of it. A copy: a module may throw one error for many requests. */
export function withFacts(error: MatrixError, facts: RefusalFacts): MatrixError {
  const { status, errcode, message, fields, headers, bodyText, cause, code } = error;
  return new MatrixError(status, errcode, message, { fields, headers, bodyText, cause, facts }, code);
}

/** Ends a start: bad configuration, a module that cannot be loaded, a port in use. `message` is for the operator. */
export class StartError extends Error {
  override readonly name: string = "StartError";
  readonly code: "CONFIG" | "MODULE" | "PYTHON" | "LISTEN" | "STORE" | "HOMESERVER";

  constructor(code: StartError["code"], message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
  }
}
