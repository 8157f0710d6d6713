import { z } from "zod";
import type { JsonAnswer } from "./json-answer.ts";
import { pathOf } from "./path.ts";
import { unlessNotFound } from "./refusal.ts";
import type { HomeserverRequests } from "./request.ts";

/** What an administrator is told about an account; times of `creation_ts` are in seconds. */
export const AdminUserSchema = z.object({
  name: z.string(),
  admin: z.boolean(),
  deactivated: z.boolean(),
  locked: z.boolean().default(false),
  suspended: z.boolean().default(false),
  shadow_banned: z.boolean(),
  // Present only where accounts wait for an approval.
  approved: z.boolean().default(true),
  is_guest: z.union([z.boolean(), z.int()]).default(false),
  creation_ts: z.number(),
  user_type: z.string().nullish(),
  appservice_id: z.union([z.string(), z.number()]).nullish(),
  consent_version: z.string().nullish(),
  consent_ts: z.number().nullish(),
  consent_server_notice_sent: z.string().nullish(),
  displayname: z.string().nullish(),
  avatar_url: z.string().nullish(),
  threepids: z.array(
    z.looseObject({
      medium: z.string(),
      address: z.string(),
      validated_at: z.number().default(0),
      added_at: z.number().default(0),
    }),
  ),
});

export type AdminUser = z.infer<typeof AdminUserSchema>;

const UserListSchema = z.object({ users: z.array(z.object({ name: z.string() })) });

/** The addresses and clients that a user was seen with; `last_seen` in milliseconds since the epoch. */
export const WhoisSchema = z.object({
  devices: z.record(
    z.string(),
    z.object({
      sessions: z.array(
        z.object({
          connections: z.array(
            z.object({ ip: z.string(), user_agent: z.string().nullish(), last_seen: z.number().nullish() }),
          ),
        }),
      ),
    }),
  ),
});

/** `GET /_synapse/admin/v2/users/{userId}`: a local account, undefined where there is none. */
export function askUser(requests: HomeserverRequests, userId: string): Promise<JsonAnswer | undefined> {
  return unlessNotFound(
    requests.send({
      what: "get_user",
      method: "GET",
      path: pathOf`/_synapse/admin/v2/users/${userId}`,
      as: { admin: true },
    }),
  );
}

/**
 * The id of a local account as it is registered: the same one, or the only one that differs in case alone. Undefined
 * where none or several match.
 */
export async function findUser(requests: HomeserverRequests, userId: string): Promise<string | undefined> {
  const exact = await askUser(requests, userId);
  if (exact !== undefined) return exact.read(AdminUserSchema).name;
  const answer = await requests.send({
    what: "find_user",
    method: "GET",
    path: "/_synapse/admin/v2/users",
    query: [
      ["user_id", userId],
      ["guests", "true"],
      ["deactivated", "true"],
      ["locked", "true"],
      ["limit", "100"],
    ],
    as: { admin: true },
  });
  const wanted = userId.toLowerCase();
  const matches = answer.read(UserListSchema).users.filter(({ name }) => name.toLowerCase() === wanted);
  return matches.length === 1 ? matches[0]?.name : undefined;
}

/** `GET /_synapse/admin/v1/whois/{userId}`: where a local user was seen. */
export function askWhois(requests: HomeserverRequests, userId: string): Promise<JsonAnswer> {
  const path = pathOf`/_synapse/admin/v1/whois/${userId}`;
  return requests.send({ what: "get_whois", method: "GET", path, as: { admin: true } });
}

/**
 * `GET /_synapse/admin/v1/username_available`: rejects with the refusal that says why a new user may not have this
 * name.
 */
export async function checkUsername(requests: HomeserverRequests, username: string): Promise<void> {
  await requests.send({
    what: "check_username",
    method: "GET",
    path: "/_synapse/admin/v1/username_available",
    query: [["username", username]],
    as: { admin: true },
  });
}

/** `PUT /profile/{userId}/displayname`, as the user. */
export async function setDisplayname(requests: HomeserverRequests, userId: string, displayname: string): Promise<void> {
  await requests.send({
    what: "set_displayname",
    method: "PUT",
    path: pathOf`/_matrix/client/v3/profile/${userId}/displayname`,
    bodyText: JSON.stringify({ displayname }),
    as: { userId },
  });
}

/** `POST /logout` with the token that is to end. */
export async function endAccessToken(requests: HomeserverRequests, token: string): Promise<void> {
  await requests.send({
    what: "invalidate_access_token",
    method: "POST",
    path: "/_matrix/client/v3/logout",
    bodyText: "{}",
    as: { token },
  });
}
