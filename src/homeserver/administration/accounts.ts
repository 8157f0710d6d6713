/** The accounts of the server, as an administrator sees them. Every question is asked with the administrator's token. */
export interface Accounts {
  /** Whether there is such an account, deactivated ones included. */
  exist(userId: string, token: string): Promise<boolean>;
  /** The display names of these users; null for one without. */
  displaynames(userIds: readonly string[], token: string): Promise<ReadonlyMap<string, string | null>>;
  /**
   * Every account with its display name, or those whose localpart or display name contains a text, in any case. Rejects
   * with `TOO_MANY_ACCOUNTS`.
   */
  list(searchTerm: string | undefined, token: string): Promise<ReadonlyMap<string, string | null>>;
}

/** The accounts of a tokens file, which has no display names. */
export function createTokensFileAccounts(userIds: Iterable<string>): Accounts {
  const known = new Set(userIds);
  return {
    exist: async (userId) => known.has(userId),
    displaynames: async (wanted) => new Map(wanted.map((userId) => [userId, null])),
    async list(searchTerm = "") {
      const term = searchTerm.toLowerCase();
      const found = [...known].filter((userId) => localpartOf(userId).toLowerCase().includes(term));
      return new Map(found.map((userId) => [userId, null]));
    },
  };
}

function localpartOf(userId: string): string {
  return userId.slice(1, userId.indexOf(":"));
}
