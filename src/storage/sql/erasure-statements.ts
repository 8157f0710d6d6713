/** One thing that is done to erase a user's id. */
export interface ErasureStep {
  readonly table: string;
  readonly column: string;
  readonly text: string;
  /** The parameters of the text, in its order. */
  readonly bind: (user: string, pseudonym: string) => readonly string[];
}

const withPseudonym: ErasureStep["bind"] = (user, pseudonym) => [pseudonym, user];
const withUser: ErasureStep["bind"] = (user) => [user];

/** Puts a pseudonym in the place of a user's id. */
function rename(table: string, column = "user_id"): ErasureStep {
  return { table, column, text: `update ${table} set ${column} = ? where ${column} = ?`, bind: withPseudonym };
}

/** Removes what is only of use for requests of the user. */
function remove(table: string): ErasureStep {
  return { table, column: "user_id", text: `delete from ${table} where user_id = ?`, bind: withUser };
}

/**
 * Everything in the database that has a user's id, and what becomes of it. Sizes and times stay, so sums stay right.
 * Stored media keeps its uploader, as in Synapse: who is responsible for a file must be known for as long as the file
 * is there.
 */
export const ERASURE: readonly ErasureStep[] = [
  rename("media_bridge_uploads"),
  rename("media_bridge_refusals"),
  rename("local_media_repository", "quarantined_by"),
  rename("remote_media_cache", "quarantined_by"),
  rename("media_bridge_quarantined_hashes", "quarantined_by"),
  remove("media_bridge_upstream_pending"),
  remove("media_bridge_upstream_created"),
  remove("media_bridge_usage"),
  {
    table: "local_media_repository",
    column: "user_id",
    // An id without content is not media. Only its creator may fill it, and from now on no user may.
    text: "update local_media_repository set user_id = ? where user_id = ? and media_length is null",
    bind: withPseudonym,
  },
];

/** How many media a user has stored. */
export const COUNT_STORED =
  "select count(*) as media from local_media_repository where user_id = ? and media_length is not null";
