import { matrixError } from "../../../errors.ts";
import type { Accounts } from "../../../homeserver/administration/accounts.ts";
import type { UploaderSums } from "../../../media/administration/administration-rows.ts";
import type { MediaStores } from "../../../media/stores.ts";
import { sortInTurns } from "../../../util/concurrency/sort-in-turns.ts";
import { integerOf, textOf } from "../../request/query/query-values.ts";
import type { Query } from "../../request/query/query.ts";
import type { AdminEndpoint } from "./admin-endpoint.ts";
import { nextToken, pageOf } from "./list-page.ts";

export interface MediaStatisticsParts {
  readonly accounts: Accounts;
  readonly stores: Pick<MediaStores, "administration">;
}

const ORDERS = ["user_id", "displayname", "media_length", "media_count"] as const;
type Order = (typeof ORDERS)[number];
type Names = ReadonlyMap<string, string | null>;

/** Up to here, the homeserver is asked for each display name; from here on, for the list of all accounts. */
const MAX_SINGLE_NAMES = 200;

/**
 * Synapse's Admin API, `GET /_synapse/admin/v1/statistics/users/media`: how much each user has in this store. Users
 * whom the homeserver does not know are found without `search_term` alone.
 */
export function mediaStatisticsEndpoint(parts: MediaStatisticsParts): AdminEndpoint {
  const { accounts, stores } = parts;
  return {
    name: "/_synapse/admin/v1/statistics/users/media",
    method: "get",
    async handle({ query, administrator: { token } }) {
      const { orderBy = "user_id", direction, ...page } = pageOf(query, ORDERS);
      const searchTerm = searchTermOf(query);
      const { fromTs, untilTs } = periodOf(query);
      const found = searchTerm === undefined ? undefined : await accounts.list(searchTerm, token);
      const users: UploaderSums[] = [];
      for await (const piece of stores.administration.uploaders(fromTs, untilTs)) {
        for (const user of piece) if (found === undefined || found.has(user.userId)) users.push(user);
      }
      const sortedBy = orderBy === "displayname" ? (found ?? (await namesOf(users, token, accounts))) : NO_NAMES;
      const sorted = await sortUsers(users, orderBy, direction === "b", sortedBy);
      const shown = sorted.slice(page.from, page.from + page.limit);
      const names = found ?? (await namesOf(shown, token, accounts));
      return {
        users: shown.map(({ userId, mediaCount, mediaBytes }) => ({
          user_id: userId,
          displayname: names.get(userId) ?? null,
          media_count: mediaCount,
          media_length: mediaBytes,
        })),
        total: users.length,
        ...nextToken(page, shown.length, users.length),
      };
    },
  };
}

const NO_NAMES: Names = new Map();

function namesOf(users: readonly UploaderSums[], token: string, accounts: Accounts): Promise<Names> {
  if (users.length > MAX_SINGLE_NAMES) return accounts.list(undefined, token);
  return accounts.displaynames(
    users.map(({ userId }) => userId),
    token,
  );
}

function searchTermOf(query: Query): string | undefined {
  const term = textOf(query, "search_term");
  if (term === "") throw matrixError("PARAMETER_INVALID", { message: "Query parameter search_term must not be empty" });
  return term;
}

function periodOf(query: Query): { readonly fromTs: number; readonly untilTs: number } {
  const fromTs = integerOf(query, "from_ts", { default: 0 });
  const untilTs = integerOf(query, "until_ts", { default: Number.MAX_SAFE_INTEGER });
  if (untilTs <= fromTs) {
    throw matrixError("PARAMETER_INVALID", { message: "Query parameter until_ts must be later than from_ts" });
  }
  return { fromTs, untilTs };
}

/** In the order of code points, as a database has it; users without a display name come before all others. */
function sortUsers(
  users: readonly UploaderSums[],
  orderBy: Order,
  isDescending: boolean,
  names: Names,
): Promise<UploaderSums[]> {
  const keyOf: Record<Order, (user: UploaderSums) => string | number> = {
    user_id: ({ userId }) => userId,
    displayname: ({ userId }) => names.get(userId) ?? "",
    media_length: ({ mediaBytes }) => mediaBytes,
    media_count: ({ mediaCount }) => mediaCount,
  };
  const key = keyOf[orderBy];
  const sign = isDescending ? -1 : 1;
  return sortInTurns(users, (a, b) => {
    const [left, right] = [key(a), key(b)];
    if (left === right) return a.userId < b.userId ? -1 : 1;
    return left < right ? -sign : sign;
  });
}
