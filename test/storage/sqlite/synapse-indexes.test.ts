import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { MIGRATIONS } from "../../../src/storage/sqlite/schema-steps.ts";

/** The columns of the indexes of Synapse 1.163, and the condition of those that have one. */
const SYNAPSE: readonly [table: string, columns: string, condition?: string][] = [
  ["local_media_repository", "media_id"],
  ["local_media_repository", "user_id, created_ts"],
  ["local_media_repository", "created_ts", "url_cache is not null"],
  ["local_media_repository", "sha256", "sha256 is not null"],
  [
    "local_media_repository_thumbnails",
    "media_id, thumbnail_width, thumbnail_height, thumbnail_type, thumbnail_method",
  ],
  ["local_media_repository_thumbnails", "media_id"],
  ["local_media_repository_url_cache", "expires_ts"],
  ["local_media_repository_url_cache", "url, download_ts"],
  ["local_media_repository_url_cache", "media_id"],
  ["remote_media_cache", "media_origin, media_id"],
  ["remote_media_cache", "sha256", "sha256 is not null"],
  [
    "remote_media_cache_thumbnails",
    "media_origin, media_id, thumbnail_width, thumbnail_height, thumbnail_type, thumbnail_method",
  ],
];

test.each(SYNAPSE)(
  "What Synapse finds in %s by an index of %s is found by one here",
  (table, columns, condition = "") => {
    const db = new Database(":memory:");
    for (const step of MIGRATIONS) db.exec(step);
    const indexes = db
      .prepare(
        `select coalesce(m.sql, '') as sql, (select group_concat(name, ', ') from pragma_index_info(l.name)) as columns
       from pragma_index_list(?) l left join sqlite_master m on m.name = l.name`,
      )
      .all(table) as { readonly sql: string; readonly columns: string }[];
    db.close();
    const fitting = indexes.filter(({ sql, columns: own }) => {
      const [, where = ""] = sql.split(" where ");
      return where === condition && `${own}, `.startsWith(`${columns}, `);
    });
    expect(fitting).not.toEqual([]);
  },
);
