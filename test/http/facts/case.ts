/** One request of a case, and the answer that it must get. */
export interface Step {
  /**
   * Method and target. `…/` is `/_matrix/client/v1/media/`, `{server}` the server's name, `{id}` the media uploaded or
   * created last.
   */
  readonly request: string;
  /** A user of the service, `anonymous`, or a token that belongs to no user. */
  readonly by: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body?: string | Buffer;
  readonly answer: Answer;
}

/** What an answer must be; what is left out may be anything. */
export interface Answer {
  readonly status: number;
  /** A body of Matrix form with this errcode, and no members besides `fields`. */
  readonly errcode?: string;
  readonly fields?: Readonly<Record<string, unknown>>;
  /** The whole body, as JSON. */
  readonly json?: unknown;
  /** The whole body is a new `content_uri`. */
  readonly stored?: true;
  /** The whole body is a new `content_uri` and until when it may be uploaded to. */
  readonly created?: true;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string | Buffer;
  /** What the body looks like, where it is a picture: as `see-picture.ts` says it. */
  readonly picture?: string;
  /** What the ETag is like. */
  readonly etag?: RegExp;
}

/**
 * Which service a case is about: the usual one, one that asks a homeserver, one without `enable_authenticated_media`, or
 * one with `dynamic_thumbnails`.
 */
export type CaseService = "main" | "homeserver" | "unfrozen" | "dynamic";

/** One recorded case, and what this service makes of it. */
export type HttpCase = { readonly id: string } & (
  | { readonly status: "as recorded"; readonly service: CaseService; readonly steps: readonly Step[] }
  | {
      readonly status: "differs";
      readonly service: CaseService;
      readonly reason: string;
      readonly steps: readonly Step[];
    }
  /** Shown by a test of its own, in `facts.test.ts`, whose title is the id. */
  | { readonly status: "as recorded"; readonly apart: true }
  | { readonly status: "differs"; readonly apart: true; readonly reason: string }
  | { readonly status: "waits"; readonly reason: string }
);

export const recorded = (id: string, ...steps: Step[]): HttpCase => ({
  id,
  status: "as recorded",
  service: "main",
  steps,
});

export const differs = (id: string, reason: string, ...steps: Step[]): HttpCase => ({
  id,
  status: "differs",
  service: "main",
  reason,
  steps,
});

export const waits = (reason: string, ...ids: string[]): HttpCase[] =>
  ids.map((id) => ({ id, status: "waits", reason }));

/** The same case at another service. */
export function at(service: CaseService, httpCase: HttpCase): HttpCase {
  return "steps" in httpCase ? { ...httpCase, service } : httpCase;
}

/** A request by alice. */
export function ask(request: string, answer: Answer, options: Partial<Omit<Step, "request" | "answer">> = {}): Step {
  return { request, by: "alice", headers: [], answer, ...options };
}

export const refused = (status: number, errcode: string, fields: Record<string, unknown> = {}): Answer => ({
  status,
  errcode,
  fields,
});

export const UNRECOGNIZED = refused(404, "M_UNRECOGNIZED");
export const WRONG_METHOD = refused(405, "M_UNRECOGNIZED");
export const NOT_FOUND = refused(404, "M_NOT_FOUND");
export const NO_TOKEN = refused(401, "M_MISSING_TOKEN");
export const UNKNOWN_TOKEN = refused(401, "M_UNKNOWN_TOKEN", { soft_logout: false });
export const GUEST = refused(403, "M_GUEST_ACCESS_FORBIDDEN");
export const CONFIG: Answer = { status: 200, json: { "m.upload.size": 1_048_576 } };
export const STORED: Answer = { status: 200, stored: true };
export const CREATED: Answer = { status: 200, created: true };

/** What Synapse says of other origins, and besides it what they need for ranges. */
export const CORS = {
  "access-control-allow-origin": "*",
  "access-control-allow-methods": "GET, HEAD, POST, PUT, DELETE, OPTIONS",
  "access-control-allow-headers": "X-Requested-With, Content-Type, Authorization, Date, Range, If-Range, If-None-Match",
  "access-control-expose-headers":
    "Synapse-Trace-Id, Server, Content-Range, ETag, Content-Disposition, Accept-Ranges, X-Request-ID",
};

/** On every answer of a download route, once the request is past authentication. */
export const SAFETY_HEADERS = {
  "cross-origin-resource-policy": "cross-origin",
  "referrer-policy": "no-referrer",
  "x-content-security-policy": "sandbox;",
  "content-security-policy":
    "sandbox; default-src 'none'; script-src 'none'; plugin-types application/pdf; style-src 'unsafe-inline'; media-src 'self'; object-src 'self';",
};

/** On every download: what facts-http lists once for all, and what it lacks. */
export const DOWNLOAD_HEADERS = {
  ...CORS,
  ...SAFETY_HEADERS,
  "cache-control": "public,max-age=86400,s-maxage=0,proxy-revalidate",
  "x-robots-tag": "noindex, nofollow, noarchive, noimageindex",
  "x-content-type-options": "nosniff",
};

/** A download, whole. */
export function file(body: string | Buffer, disposition: string, type = "text/plain; charset=UTF-8"): Answer {
  return {
    status: 200,
    body,
    headers: { ...DOWNLOAD_HEADERS, "content-disposition": disposition, "content-type": type },
  };
}

export interface Stored {
  readonly body?: string | Buffer;
  /** Percent-encoded. */
  readonly name?: string;
  readonly type?: string;
}

/** An upload by alice, of a text where nothing else is said. */
export function store(
  { body = "hello", name, type = "text/plain" }: Stored = {},
  path = "/_matrix/media/v3/upload",
): Step {
  const query = name === undefined ? "" : `?filename=${name}`;
  return ask(`POST ${path}${query}`, STORED, { headers: [["Content-Type", type]], body });
}

export const UNKNOWN_ID = "abcdefghijklmnopqrstuvwx";
