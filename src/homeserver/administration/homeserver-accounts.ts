import { z } from "zod";
import { matrixError } from "../../errors.ts";
import { pathOf } from "../client/path.ts";
import { unlessNotFound } from "../client/refusal.ts";
import { answerOfFailure } from "./refusal-answer.ts";
import type { HomeserverRequests } from "../client/request.ts";
import type { Accounts } from "./accounts.ts";
import { HomeserverError } from "../homeserver-error.ts";
import { RecentAnswers } from "../who/recent-answers.ts";

export interface HomeserverAccountsOptions {
  readonly requests: HomeserverRequests;
  /** How long a display name is kept. Default 1 min. */
  readonly keepForMs?: number;
  /** The most accounts that one list may have. Default 100,000. */
  readonly maxListed?: number;
  /** A clock in milliseconds that never goes back. */
  readonly now?: () => number;
}

const MAX_KEPT_NAMES = 10_000;
const PAGE = 500;
/** Questions under way at a time for one request. */
const CONCURRENCY = 8;

const AccountSchema = z.object({ name: z.string(), displayname: z.string().nullish() });
const AccountsPageSchema = z.object({ users: z.array(AccountSchema), next_token: z.coerce.number().optional() });
type AccountsPage = z.infer<typeof AccountsPageSchema>;

/** The accounts of a homeserver, by `/_synapse/admin/v2/users`. Failures reject with what the client is to be answered. */
export function createHomeserverAccounts(options: HomeserverAccountsOptions): Accounts {
  const { requests, keepForMs = 60_000, maxListed = 100_000, now = () => performance.now() } = options;
  const names = new RecentAnswers<{ readonly displayname: string | null }>(MAX_KEPT_NAMES);

  async function findAccount(userId: string, token: string): Promise<{ displayname: string | null } | undefined> {
    const path = pathOf`/_synapse/admin/v2/users/${userId}`;
    return answering(async () => {
      const answer = await unlessNotFound(requests.send({ what: "get_user", method: "GET", path, as: { token } }));
      return answer && { displayname: answer.read(AccountSchema).displayname ?? null };
    });
  }

  async function readPage(searchTerm: string | undefined, from: number, token: string): Promise<AccountsPage> {
    const query = [
      ["from", String(from)],
      ["limit", String(PAGE)],
      ["deactivated", "true"],
      ["locked", "true"],
      ...(searchTerm === undefined ? [] : [["name", searchTerm] as const]),
    ] as const;
    const path = "/_synapse/admin/v2/users";
    return answering(async () => {
      const answer = await requests.send({ what: "list_users", method: "GET", path, query, as: { token } });
      return answer.read(AccountsPageSchema);
    });
  }

  async function nameOf(userId: string, token: string): Promise<string | null> {
    const kept = names.get(userId, now());
    if (kept !== undefined) return kept.displayname;
    const found = (await findAccount(userId, token)) ?? { displayname: null };
    names.set(userId, found, now() + keepForMs);
    return found.displayname;
  }

  return {
    exist: async (userId, token) => (await findAccount(userId, token)) !== undefined,
    async displaynames(userIds, token) {
      const found = new Map<string, string | null>();
      const waiting = userIds.values();
      const lookUp = async () => {
        for (const userId of waiting) found.set(userId, await nameOf(userId, token));
      };
      await Promise.all(Array.from({ length: CONCURRENCY }, lookUp));
      return found;
    },
    async list(searchTerm, token) {
      const found = new Map<string, string | null>();
      for (let from: number | undefined = 0; from !== undefined;) {
        const asked: number = from;
        const page: AccountsPage = await readPage(searchTerm, asked, token);
        for (const { name, displayname } of page.users) found.set(name, displayname ?? null);
        if (found.size > maxListed) throw matrixError("TOO_MANY_ACCOUNTS");
        from = page.users.length === 0 ? undefined : await answering(async () => nextOf(page, asked));
      }
      return found;
    },
  };
}

/** Where the next page begins. What answers every question with the same page would be asked without end. */
function nextOf({ next_token: next }: AccountsPage, from: number): number | undefined {
  if (next === undefined || next > from) return next;
  throw new HomeserverError("HOMESERVER_BAD_ANSWER", `list_users: the page after ${from} begins at ${next}`);
}

async function answering<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw answerOfFailure(error);
  }
}
