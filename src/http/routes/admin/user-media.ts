import { matrixError } from "../../../errors.ts";
import type { Accounts } from "../../../homeserver/administration/accounts.ts";
import { MEDIA_ORDERS, type MediaOrder, type Page } from "../../../media/administration/administration-rows.ts";
import type { MediaStores } from "../../../media/stores.ts";
import type { Query } from "../../request/query/query.ts";
import type { AdminEndpoint } from "./admin-endpoint.ts";
import { nextToken, pageOf } from "./list-page.ts";
import { listedMedia } from "./media-json.ts";

export interface UserMediaParts {
  readonly serverName: string;
  readonly accounts: Accounts;
  readonly stores: Pick<MediaStores, "administration">;
}

/** Synapse's Admin API, `GET /_synapse/admin/v1/users/{userId}/media`: what a user has in this store. */
export function userMediaEndpoint(parts: UserMediaParts): AdminEndpoint {
  return {
    name: "/_synapse/admin/v1/users/{userId}/media",
    method: "get",
    async handle({ query, parts: [userId = ""], administrator }) {
      await checkLocalUser(userId, administrator.token, parts);
      const page = mediaPageOf(query);
      const { entries, total } = await parts.stores.administration.mediaOf(userId, page);
      return { media: entries.map(listedMedia), total, ...nextToken(page, entries.length, total) };
    },
  };
}

/** The part of a user's media that a request is about: the newest first where it says nothing else. */
export function mediaPageOf(query: Query): Page<MediaOrder> {
  const { orderBy, direction, ...page } = pageOf(query, MEDIA_ORDERS);
  const isDescending = direction === undefined ? orderBy === undefined : direction === "b";
  return { ...page, orderBy: orderBy ?? "created_ts", isDescending };
}

/**
 * Throws 400 for a value that is not a user id of this server, and 404 for a user without an account. Media of a user whom the
 * homeserver does not know any more can still be reached by its ids.
 */
export async function checkLocalUser(userId: string, token: string, parts: UserMediaParts): Promise<void> {
  const [, serverName] = /^@[^:\0]*:(.+)$/s.exec(userId) ?? [];
  if (serverName === undefined) throw matrixError("PARAMETER_INVALID", { message: "Not a user id" });
  if (serverName !== parts.serverName) throw matrixError("USER_NOT_LOCAL");
  if (!(await parts.accounts.exist(userId, token))) throw matrixError("NOT_FOUND", { message: "Unknown user" });
}
