import type { QuarantineChange } from "../../../media/quarantine/quarantine-rows.ts";

const MEDIA = "local_media_repository";

/** Adds a change for each row that a condition selects, after those that there are. */
function noteChanges(condition: string): string {
  return `insert into quarantined_media_changes (stream_id, instance_name, origin, media_id, quarantined)
    select (select coalesce(max(stream_id), 1) from quarantined_media_changes) + row_number() over (order by media_id),
      ?, null, media_id, ? from ${MEDIA} where ${condition}`;
}

/** The same statements for one media and for all of one content. */
function actOn<Name extends string>(name: Name, key: string) {
  const spared = `${key} = ? and not safe_from_quarantine`;
  const texts = {
    count: `select count(*) as matching, sum(case when quarantined_by is null then 1 else 0 end) as new_ones from ${MEDIA} where ${spared}`,
    note: noteChanges(`${spared} and quarantined_by is null`),
    mark: `update ${MEDIA} set quarantined_by = ? where ${spared}`,
    noteRelease: noteChanges(`${key} = ? and quarantined_by is not null`),
    release: `update ${MEDIA} set quarantined_by = null where ${key} = ? and quarantined_by is not null`,
  };
  return Object.fromEntries(Object.entries(texts).map(([act, text]) => [`${act}${name}`, text])) as Record<
    `${keyof typeof texts}${Name}`,
    string
  >;
}

/** The statements about the quarantine of local media. */
export const QUARANTINE_SQL = {
  ...actOn("Media", "media_id"),
  ...actOn("Content", "sha256"),
  find: `select sha256, quarantined_by, safe_from_quarantine from ${MEDIA} where media_id = ?`,
  protect: `update ${MEDIA} set safe_from_quarantine = ? where media_id = ?`,
  ofUser: `select media_id, created_ts from ${MEDIA} where user_id = ? and (created_ts, media_id) > (?, ?) and quarantined_by is null and not safe_from_quarantine order by created_ts, media_id limit ?`,
  keepHash:
    "insert into media_bridge_quarantined_hashes (sha256, quarantined_by, quarantined_ts) values (?, ?, ?) on conflict (sha256) do nothing",
  forgetHash: "delete from media_bridge_quarantined_hashes where sha256 = ?",
  // Rows as well: those that a Synapse quarantined have no hash of their own kept.
  isQuarantined: `select 1 where exists (select 1 from media_bridge_quarantined_hashes where sha256 = ?)
    or exists (select 1 from ${MEDIA} where sha256 = ? and quarantined_by is not null)
    or exists (select 1 from remote_media_cache where sha256 = ? and quarantined_by is not null)`,
  changes:
    "select stream_id, origin, media_id, quarantined from quarantined_media_changes where stream_id > ? order by stream_id limit ?",
  lastChange: "select coalesce(max(stream_id), 1) as stream_id from quarantined_media_changes",
} as const;

/** A row as `find` reads it. */
export interface QuarantineRow {
  readonly sha256: string | null;
  readonly quarantined_by: string | null;
  /** A number in SQLite. */
  readonly safe_from_quarantine: number | boolean;
}

/** What `count…` answers. */
export interface MatchingCount {
  readonly matching: number;
  /** Null where nothing matches. */
  readonly new_ones: number | null;
}

/** A row as `changes` reads it. */
export interface ChangeRow {
  readonly stream_id: number;
  readonly origin: string | null;
  readonly media_id: string;
  /** A number in SQLite. */
  readonly quarantined: number | boolean;
}

/** The change of a row. */
export function readChange({ stream_id, origin, media_id, quarantined }: ChangeRow): QuarantineChange {
  return { position: stream_id, origin, mediaId: media_id, isQuarantined: Boolean(quarantined) };
}
