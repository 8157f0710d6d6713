/** One thing that is done to erase a user's id. Parameters are the named ones that its text has. */
export interface ErasureStep {
  readonly table: string;
  readonly column: string;
  readonly text: string;
}

/** Puts a pseudonym in the place of a user's id. */
function rename(table: string, column = "user_id"): ErasureStep {
  return { table, column, text: `update ${table} set ${column} = :pseudonym where ${column} = :user` };
}

/** Removes what is only of use for requests of the user. */
function remove(table: string): ErasureStep {
  return { table, column: "user_id", text: `delete from ${table} where user_id = :user` };
}

/**
 * Everything in the database that has a user's id, and what becomes of it. Sizes and times stay, so sums stay right. Stored media keeps
 * its uploader, as in Synapse: who is responsible for a file must be known for as long as the file is there.
 */
export const ERASURE: readonly ErasureStep[] = [
  rename("media_bridge_uploads"),
  rename("media_bridge_refusals"),
  rename("local_media_repository", "quarantined_by"),
  rename("remote_media_cache", "quarantined_by"),
  remove("media_bridge_upstream_pending"),
  remove("media_bridge_upstream_created"),
  remove("media_bridge_usage"),
  {
    table: "local_media_repository",
    column: "user_id",
    // An id without content is not media: nobody but its creator may fill it, and now nobody may.
    text: "update local_media_repository set user_id = :pseudonym where user_id = :user and media_length is null",
  },
];

/** How many media a user has stored. */
export const COUNT_STORED =
  "select count(*) as media from local_media_repository where user_id = ? and media_length is not null";
