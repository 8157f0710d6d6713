import { z } from "zod";
import type { Requester } from "./authenticator.ts";
import { HomeserverError } from "../homeserver-error.ts";
import { isUserId } from "../../config/forms/matrix-names.ts";
import type { WhoamiResponse } from "./whoami-request.ts";

/** A refusal by the homeserver, to be passed to the client unchanged. */
export interface Refusal {
  readonly status: 400 | 401 | 403;
  readonly errcode: string;
  readonly bodyText: string;
}

/** What an answer of whoami says: a user, or that the credentials are refused. */
export type Verdict = { readonly requester: Requester } | { readonly refusal: Refusal };

const WhoamiSchema = z.object({
  user_id: z.string().refine(isUserId),
  device_id: z.string().nullish(),
  is_guest: z.boolean().default(false),
});
const RefusalSchema = z.object({ errcode: z.string().min(1) });
const RateLimitSchema = z.object({ retry_after_ms: z.number() });

const MAX_RETRY_AFTER_SECONDS = 300;

/**
 * Reads an answer of `GET /account/whoami`. Throws a {@link HomeserverError} for everything that is neither a user nor
 * a refusal in Matrix form: such an answer says something about the homeserver, not about the credentials.
 */
export function readWhoamiAnswer(response: WhoamiResponse): Verdict {
  const body = parseJson(response.text);
  if (response.status === 200) return { requester: readRequester(body) };
  const refusal = RefusalSchema.safeParse(body);
  const { status, text } = response;
  // 400 is for an application service whose device is not known. Any other 4xx concerns the question, not the user: a
  // client that was sent 404 would think that its media is missing, or that this server does not have the route.
  if ((status === 400 || status === 401 || status === 403) && refusal.success && text !== undefined) {
    return { refusal: { status, errcode: refusal.data.errcode, bodyText: text } };
  }
  const errcode = refusal.success && /^[\w.]{1,100}$/.test(refusal.data.errcode) ? ` ${refusal.data.errcode}` : "";
  throw new HomeserverError("HOMESERVER_BAD_ANSWER", `status ${status}${errcode}`, retryAfterSeconds(response, body));
}

function readRequester(body: unknown): Requester {
  const answer = WhoamiSchema.safeParse(body);
  if (!answer.success) {
    const places = answer.error.issues.map((issue) => issue.path.join(".") || "the body");
    throw new HomeserverError("HOMESERVER_BAD_ANSWER", `status 200 without a valid ${places.join(", ")}`);
  }
  const { user_id: userId, device_id: deviceId, is_guest: guest } = answer.data;
  // whoami does not tell whether a user administers the server.
  return Object.freeze({ userId, ...(typeof deviceId === "string" && { deviceId }), guest });
}

function retryAfterSeconds({ retryAfter }: WhoamiResponse, body: unknown): number | undefined {
  const limit = RateLimitSchema.safeParse(body);
  const fromBody = limit.success ? Math.ceil(limit.data.retry_after_ms / 1000) : undefined;
  const seconds = /^\d{1,9}$/.test(retryAfter ?? "") ? Number(retryAfter) : fromBody;
  return seconds !== undefined && seconds >= 1 && seconds <= MAX_RETRY_AFTER_SECONDS ? seconds : undefined;
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}
